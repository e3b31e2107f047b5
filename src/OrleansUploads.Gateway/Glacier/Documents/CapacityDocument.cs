using OrleansUploads.Core.Accounts;

namespace OrleansUploads.Gateway.Glacier.Documents;

/// <summary>A unit of provisioned capacity, as ListProvisionedCapacity shows it.</summary>
internal sealed record CapacityDocument(string CapacityId, DateTimeOffset ExpirationDate, DateTimeOffset StartDate)
{
    /// <summary>Shows a unit.</summary>
    public static CapacityDocument From(CapacityUnit unit) =>
        new(unit.Capacity.ToString(), unit.ExpiresAt, unit.StartAt);
}

/// <summary>The answer of ListProvisionedCapacity.</summary>
internal sealed record CapacityListDocument(IReadOnlyList<CapacityDocument> ProvisionedCapacityList);
