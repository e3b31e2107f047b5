using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>The lock of a vault.</summary>
/// <param name="Policy">The lock's policy, as JSON.</param>
/// <param name="State"><c>InProgress</c> or <c>Locked</c>.</param>
/// <param name="CreatedAt">The time at which the lock was initiated.</param>
/// <param name="ExpiresAt">The time at which the lock ends unless it is completed; null once it is complete.</param>
public sealed record VaultLock(
    [property: JsonRequired, JsonPropertyName("Policy")] string Policy,
    [property: JsonRequired, JsonPropertyName("State")] string State,
    [property: JsonPropertyName("CreationDate")] DateTimeOffset CreatedAt,
    [property: JsonPropertyName("ExpirationDate")] DateTimeOffset? ExpiresAt);
