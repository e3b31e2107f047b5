using System.Text.Json.Serialization;
using OrleansUploads.Core.Vaults;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>The response of GetVaultNotifications.</summary>
internal sealed record NotificationDocument(IReadOnlyList<string> Events, string SNSTopic)
{
    /// <summary>The event of <see cref="NotifiedJobs.ArchiveRetrievals"/>.</summary>
    public const string ArchiveRetrievalCompleted = "ArchiveRetrievalCompleted";

    /// <summary>The event of <see cref="NotifiedJobs.InventoryRetrievals"/>.</summary>
    public const string InventoryRetrievalCompleted = "InventoryRetrievalCompleted";

    /// <summary>The document of a notification configuration.</summary>
    public static NotificationDocument From(VaultNotifications notifications)
    {
        var events = new List<string>(2);
        if (notifications.Jobs.HasFlag(NotifiedJobs.ArchiveRetrievals))
        {
            events.Add(ArchiveRetrievalCompleted);
        }

        if (notifications.Jobs.HasFlag(NotifiedJobs.InventoryRetrievals))
        {
            events.Add(InventoryRetrievalCompleted);
        }

        return new NotificationDocument(events, notifications.Topic);
    }
}

/// <summary>The body of SetVaultNotifications.</summary>
internal sealed record SetNotificationsRequest
{
    /// <summary>The ARN of the topic; required.</summary>
    public string? SNSTopic { get; init; }

    /// <summary>The events to notify; required.</summary>
    public List<string?>? Events { get; init; }
}

/// <summary>The JSON documents about notifications.</summary>
[JsonSerializable(typeof(NotificationDocument))]
[JsonSerializable(typeof(SetNotificationsRequest))]
[JsonSerializable(typeof(TopicMessage))]
internal sealed partial class NotificationJson : JsonSerializerContext
{
    public static NotificationJson Documents { get; } = new(JsonBody.CreateOptions());
}
