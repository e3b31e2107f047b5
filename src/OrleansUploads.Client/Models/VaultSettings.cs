using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>The state of a vault's lock.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<VaultLockState>))]
public enum VaultLockState
{
    /// <summary>The lock applies, but ends unless it is completed.</summary>
    InProgress,

    /// <summary>The lock is complete, and can be neither changed nor removed.</summary>
    Locked,
}

/// <summary>The lock of a vault.</summary>
/// <param name="Policy">The lock's policy, as JSON.</param>
/// <param name="State">Whether the lock is complete.</param>
/// <param name="CreatedAt">The time at which the lock was initiated.</param>
/// <param name="ExpiresAt">The time at which the lock ends unless it is completed; null once it is complete.</param>
public sealed record VaultLockDescription(
    [property: JsonRequired, JsonPropertyName("Policy")] string Policy,
    [property: JsonRequired, JsonPropertyName("State")] VaultLockState State,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("ExpirationDate")] DateTimeOffset? ExpiresAt);

/// <summary>What a vault notifies its topic of.</summary>
public enum NotificationEvent
{
    /// <summary>A job that retrieves an archive has ended.</summary>
    ArchiveRetrievalCompleted,

    /// <summary>A job that retrieves the inventory has ended.</summary>
    InventoryRetrievalCompleted,
}

/// <summary>Where a vault sends notifications, and of what.</summary>
/// <param name="Topic">The ARN of the topic.</param>
/// <param name="Events">At least one event.</param>
public sealed record VaultNotificationConfig(
    [property: JsonRequired, JsonPropertyName("SNSTopic")] string Topic,
    [property: JsonRequired, JsonPropertyName("Events")] IReadOnlyList<NotificationEvent> Events);
