using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>A unit of provisioned capacity of an account.</summary>
/// <param name="CapacityId">The ID of the unit.</param>
/// <param name="StartsAt">The time from which it applies.</param>
/// <param name="ExpiresAt">The time at which it ends.</param>
public sealed record ProvisionedCapacity(
    [property: JsonRequired, JsonPropertyName("CapacityId")] string CapacityId,
    [property: JsonPropertyName("StartDate")] DateTimeOffset StartsAt,
    [property: JsonPropertyName("ExpirationDate")] DateTimeOffset ExpiresAt);
