//! From the event's JSON to the payload that the handler takes, and what happens where that fails.

mod encodings;
mod envelopes;
mod event_shape;
mod items;
mod layouts;
mod secrets;
mod undecodable;
