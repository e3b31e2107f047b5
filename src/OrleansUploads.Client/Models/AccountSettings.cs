using System.Text.Json.Serialization;

namespace OrleansUploads.Client.Models;

/// <summary>How a data retrieval policy limits the archives that an account retrieves.</summary>
public enum DataRetrievalStrategy
{
    /// <summary>No limit.</summary>
    None,

    /// <summary>What Amazon does not charge for.</summary>
    FreeTier,

    /// <summary>A number of bytes per hour.</summary>
    BytesPerHour,
}

/// <summary>The limit of an account for archive retrievals of the standard tier.</summary>
/// <param name="Strategy">How they are limited.</param>
/// <param name="BytesPerHour">At least 1 for the strategy of the same name, and null for others.</param>
public sealed record DataRetrievalRule(
    [property: JsonRequired, JsonPropertyName("Strategy")] DataRetrievalStrategy Strategy,
    [property: JsonPropertyName("BytesPerHour")] long? BytesPerHour = null);

/// <summary>A unit of provisioned capacity of an account.</summary>
/// <param name="CapacityId">The ID of the unit.</param>
/// <param name="StartsAt">The time from which it applies.</param>
/// <param name="ExpiresAt">The time at which it ends.</param>
public sealed record ProvisionedCapacity(
    [property: JsonRequired, JsonPropertyName("CapacityId")] string CapacityId,
    [property: JsonPropertyName("StartDate")] DateTimeOffset StartsAt,
    [property: JsonPropertyName("ExpirationDate")] DateTimeOffset ExpiresAt);
