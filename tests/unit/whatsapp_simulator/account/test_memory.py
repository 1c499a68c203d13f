"""What survives a restart."""

from ..doubles import ANNA, World


def test_the_journal_brings_everything_back(world: World) -> None:
    page = world.open_linked()
    world.simulation.incoming.seed(ANNA, "Anna", [{"text": "before", "mine": True}])
    world.simulation.incoming.receive(ANNA, "hello")
    page.says("seen", phone=ANNA)
    page.sends(ANNA)
    world.pass_time(0.4)
    later = World()
    for event in world.events:
        later.simulation.restore(event)
    assert later.simulation.memory.mailbox.chats == world.simulation.memory.mailbox.chats
    assert later.simulation.memory.mailbox.received == world.simulation.memory.mailbox.received
    assert later.open(page.token).last("welcome")["linked"]
    later.simulation.resume()
    later.pass_time(5)
    assert later.simulation.memory.mailbox.received[0].status == "read"


def test_a_group_its_author_and_a_mark_survive_a_restart(world: World) -> None:
    group = "120363041234567890"
    world.simulation.chats.group(group, "Choir", ["Ann"])
    world.simulation.incoming.receive(group, "Hello", author="~ Ann", quoted={"author": "You", "text": "Hi"})
    world.simulation.chats.mark_unread(group, marked=True)
    second = World()
    for event in world.events:
        second.simulation.restore(event)
    chat = second.simulation.memory.mailbox.chats[group]
    assert (chat.name, chat.members, chat.marked_unread) == ("Choir", ["Ann"], True)
    assert chat.messages[0].author == "~ Ann"
    assert chat.messages[0].quoted is not None
