namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A protocol under test: its requests, the judge of its answers, and its readable state.</summary>
internal interface IProtocol
{
    Judge Judge { get; }

    Vocabulary Words { get; }

    /// <summary>Fills a new server with sample data of every kind.</summary>
    Task CreateSamplesAsync(FuzzServer server);

    /// <summary>A request for a random operation that is valid as far as the fuzzer knows the server's state.</summary>
    FuzzRequest Any();

    /// <summary>The name of the operation that a request addresses, or null for none.</summary>
    string? OperationOf(FuzzRequest request);

    Task<string> ReadStateAsync(FuzzServer server, bool withBytes);

    /// <summary>Whether a refused request of this operation may write records that no reader sees.</summary>
    bool MayWriteUnseen(string? operation);

    /// <summary>Whether these are the records that such a request may write.</summary>
    bool AreUnseen(string? operation, IReadOnlyList<(EntityId Entity, long Version)> written);
}
