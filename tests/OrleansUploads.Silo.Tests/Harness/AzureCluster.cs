using Azure.Data.Tables;

namespace OrleansUploads.Silo.Tests.Harness;

/// <summary>A cluster of its own in a storage account.</summary>
/// <param name="ConnectionString">The storage account.</param>
public sealed record AzureCluster(string ConnectionString)
{
    /// <summary>Its cluster ID and service ID. All clusters of an account share the tables.</summary>
    public string Name { get; } = $"tests-{Guid.NewGuid():N}";

    /// <summary>The filter for its rows in the tables of journals and reminders. Orleans' keys there begin with the service ID.</summary>
    public string Rows => TableClient.CreateQueryFilter($"PartitionKey ge {Name + '_'} and PartitionKey lt {Name + (char)('_' + 1)}");

    /// <summary>Connects to the tables with the SDK's own patience. A silo gives up a request after three seconds, which is too short for
    /// tests that do not repeat their requests. Outages have tests of their own.</summary>
    public TableServiceClient ConnectPatiently() => new(ConnectionString);
}
