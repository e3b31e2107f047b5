using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>What docs/protocol.md says of each operation.</summary>
public static class DocumentedOperations
{
    private const int ClientsColumn = 4;

    private static readonly Dictionary<string, string[]> Clients = Documentation.Rows("protocol.md")
        .Where(row => row[0].StartsWith('`'))
        .ToDictionary(row => row[0].Trim('`'), row => row[ClientsColumn].Split(", "));

    /// <summary>All of them.</summary>
    public static TheoryData<string> All => new(Clients.Keys);

    /// <summary>Fails unless these are the operations which a client is documented to carry out.</summary>
    public static void AreThoseOf(string client, IEnumerable<string> done) => Assert.Equal(
        Clients.Where(row => row.Value.Contains(client)).Select(row => row.Key).Order(StringComparer.Ordinal),
        done.Order(StringComparer.Ordinal));
}
