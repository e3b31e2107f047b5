using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>What a vault notifies its topic of.</summary>
public enum VaultEvent
{
    /// <summary>A job that retrieves an archive has ended.</summary>
    ArchiveRetrievalCompleted,

    /// <summary>A job that retrieves the inventory has ended.</summary>
    InventoryRetrievalCompleted,
}

/// <summary>Where a vault sends notifications, and of what.</summary>
/// <param name="Topic">The ARN of the topic.</param>
/// <param name="Events">At least one event.</param>
public sealed record VaultNotifications(
    [property: JsonRequired, JsonPropertyName("SNSTopic")] string Topic,
    [property: JsonRequired, JsonPropertyName("Events")] IReadOnlyList<VaultEvent> Events);
