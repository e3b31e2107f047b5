using static OrleansUploads.Gateway.Tests.Harness.Requests;

namespace OrleansUploads.Gateway.Tests.Glacier;

/// <content>Invalid notification configurations.</content>
internal sealed partial record BadInput
{
    private const string BothEvents = """["ArchiveRetrievalCompleted","InventoryRetrievalCompleted"]""";

    private static IEnumerable<BadInput> Notifications() =>
    [
        new("notifications of an unknown vault", s => GetNotifications("nowhere"), 404, NotFound, "Vault not found"),
        new("notifications for an unknown vault",
            s => SetNotifications("nowhere", $$"""{"SNSTopic":"arn:x","Events":{{BothEvents}}}"""), 404, NotFound, "Vault not"),
        new("the deletion of an unknown vault's notifications",
            s => DeleteNotifications("nowhere"), 404, NotFound, "Vault not found"),
        new("notifications that were never set",
            s => GetNotifications(s.Vault), 404, NotFound, "No notification configuration is set for vault: arn:aws:glacier"),
        new("notifications without a body", s => SetNotifications(s.Vault, ""), 400, Missing, "missing: Request body"),
        new("notifications that are null", s => SetNotifications(s.Vault, "null"), 400, Missing, "missing: Request body"),
        new("notifications without a topic",
            s => SetNotifications(s.Vault, $$"""{"Events":{{BothEvents}}}"""), 400, Missing, "missing: SNSTopic"),
        new("notifications without events",
            s => SetNotifications(s.Vault, """{"SNSTopic":"arn:x","Events":null}"""), 400, Missing, "missing: Events"),
        new("notifications with an empty list of events",
            s => SetNotifications(s.Vault, """{"SNSTopic":"arn:x","Events":[]}"""), 400, Invalid, "Invalid Events: there are"),
        .. new[] { "UploadCompleted", "archiveRetrievalCompleted", "" }.Select(name => new BadInput(
            $"notifications of the event '{name}' and a valid one",
            s => SetNotifications(s.Vault, $$"""{"SNSTopic":"arn:x","Events":["ArchiveRetrievalCompleted","{{name}}"]}"""),
            400,
            Invalid,
            $"Invalid Events: {name}. Valid events: 'ArchiveRetrievalCompleted' and")),
        new("notifications with an event that is null",
            s => SetNotifications(s.Vault, """{"SNSTopic":"arn:x","Events":[null]}"""), 400, Invalid, "Invalid Events: null"),
        .. new[] { "", "arn:", "ready", "arn:a b", "arn:a\\u0000", "arn:a\\r\\nb", "arn:\u00e4", $"arn:{new string('t', 253)}" }
            .Select(topic => new BadInput(
                $"notifications to the topic '{topic}'",
                s => SetNotifications(s.Vault, $$"""{"SNSTopic":"{{topic}}","Events":{{BothEvents}}}"""),
                400,
                Invalid,
                "It must begin with 'arn:'")),
        .. new[] { "{", "[]", """{"SNSTopic":1,"Events":[]}""", """{"SNSTopic":"arn:x","Events":"All"}""" }.Select(body =>
            new BadInput(
                $"notifications with the body {body}",
                s => SetNotifications(s.Vault, body),
                400,
                "SerializationException",
                "not the JSON object of a notification configuration")),
    ];
}
