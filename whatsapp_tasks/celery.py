"""The Celery application. Its settings are in ``celeryconfig.py`` at the top level."""

from celery import Celery

app = Celery(
    "whatsapp_tasks",
    include=[
        "whatsapp_tasks.tasks.messages",
        "whatsapp_tasks.tasks.delivery",
        "whatsapp_tasks.tasks.control",
    ],
    task_cls="whatsapp_tasks.tasks.base:ServiceTask",
)
app.config_from_object("celeryconfig")
