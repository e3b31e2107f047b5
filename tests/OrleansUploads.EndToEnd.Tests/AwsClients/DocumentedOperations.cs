using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.EndToEnd.Tests.AwsClients;

/// <summary>The clients that docs/protocol.md lists for each operation.</summary>
public static class DocumentedOperations
{
    private const int ClientsColumn = 4;

    private static readonly Dictionary<string, string[]> Clients = Documentation.Rows("protocol.md")
        .Where(row => row[0].StartsWith('`'))
        .ToDictionary(row => row[0].Trim('`'), row => row[ClientsColumn].Split(", "));

    /// <summary>All documented operations.</summary>
    public static TheoryData<string> All => new(Clients.Keys);

    /// <summary>Asserts that the operations that a client has done are exactly those documented for it.</summary>
    public static void AssertEqual(string client, IEnumerable<string> done) => Assert.Equal(
        Clients.Where(row => row.Value.Contains(client)).Select(row => row.Key).Order(StringComparer.Ordinal),
        done.Order(StringComparer.Ordinal));
}
