"""A Lambda handler for each event source, as the documentation of Powertools for AWS Lambda
(Python) has it: no logger, no tracer, no parser.

Its batch utility takes all four sources.
"""

from aws_lambda_powertools.utilities.batch import (
    BatchProcessor,
    EventType,
    process_partial_response,
)
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.data_classes.kafka_event import KafkaEventRecord
from aws_lambda_powertools.utilities.data_classes.kinesis_stream_event import KinesisStreamRecord
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord


class Seen:
    """What the functions of the records saw."""

    def __init__(self):
        self.orders = 0
        self.ids = 0

    def take(self, order):
        self.orders += 1
        self.ids += order["id"]


seen = Seen()


def on_kinesis(record: KinesisStreamRecord):
    seen.take(record.kinesis.data_as_json())


def on_dynamodb(record: DynamoDBRecord):
    change = record.dynamodb
    seen.take(change.new_image)
    seen.take(change.old_image)


def on_sqs(record: SQSRecord):
    seen.take(record.json_body)


def on_kafka(record: KafkaEventRecord):
    seen.take(record.json_value)


def batch_handler(event_type, record_handler):
    """A handler of batches that calls `record_handler` for each record."""
    processor = BatchProcessor(event_type=event_type)

    def handler(event, context):
        return process_partial_response(
            event=event, record_handler=record_handler, processor=processor, context=context
        )

    return handler


HANDLERS = {
    "kinesis": batch_handler(EventType.KinesisDataStreams, on_kinesis),
    "dynamodb": batch_handler(EventType.DynamoDBStreams, on_dynamodb),
    "sqs": batch_handler(EventType.SQS, on_sqs),
    "kafka": batch_handler(EventType.Kafka, on_kafka),
}
