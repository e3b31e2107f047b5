using OrleansUploads.Core.Policies;

namespace OrleansUploads.TestKit;

/// <summary>The 33 operations, each of which every client of Amazon runs.</summary>
public static class AllOperations
{
    public static TheoryData<string> Names => new(Enum.GetNames<VaultAction>());

    /// <summary>Asserts that a client has done each of them, and nothing else.</summary>
    public static void AssertDone(IEnumerable<string> done) =>
        Assert.Equal(Enum.GetNames<VaultAction>().Order(StringComparer.Ordinal), done.Order(StringComparer.Ordinal));
}
