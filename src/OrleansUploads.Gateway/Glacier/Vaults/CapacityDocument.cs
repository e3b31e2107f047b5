using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Glacier.Vaults;

/// <summary>A unit of provisioned capacity in the response of ListProvisionedCapacity.</summary>
internal sealed record CapacityDocument(string CapacityId, DateTimeOffset ExpirationDate, DateTimeOffset StartDate)
{
    /// <summary>The document of a unit.</summary>
    public static CapacityDocument From(CapacityUnit unit) =>
        new(unit.Capacity.ToString(), unit.ExpiresAt, unit.StartAt);
}

/// <summary>The response of ListProvisionedCapacity.</summary>
internal sealed record CapacityListDocument(IReadOnlyList<CapacityDocument> ProvisionedCapacityList);
