using System.Text.Json.Serialization;
using OrleansUploads.Gateway.Glacier.Protocol;

namespace OrleansUploads.Gateway.Glacier.Notifications;

/// <summary>The JSON documents about notifications.</summary>
[JsonSerializable(typeof(NotificationDocument))]
[JsonSerializable(typeof(SetNotificationsRequest))]
[JsonSerializable(typeof(TopicMessage))]
internal sealed partial class NotificationJson : JsonSerializerContext
{
    public static NotificationJson Documents { get; } = new(JsonBody.CreateOptions());
}
