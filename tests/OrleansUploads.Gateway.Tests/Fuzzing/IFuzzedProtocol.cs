using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Gateway.Tests.Fuzzing.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A protocol under the fuzzer: its requests, what its answers must be like, and the state that it shows.</summary>
internal interface IFuzzedProtocol
{
    /// <summary>The header with the ID of an answer. An answer without it came from Kestrel itself.</summary>
    string RequestIdHeader { get; }

    /// <summary>Fills a new server with sample data of every kind.</summary>
    Task CreateSamplesAsync(FuzzServer server);

    /// <summary>A request for a random operation that is valid as far as the fuzzer knows the server's state.</summary>
    FuzzRequest Any();

    /// <summary>Corrupts a request in none to three places.</summary>
    FuzzRequest Mutate(FuzzRequest request);

    /// <summary>The name of the operation that a request addresses, or null for none.</summary>
    string? OperationOf(FuzzRequest request);

    /// <summary>Finds what is wrong with an answer.</summary>
    /// <param name="operation">The operation that the request addresses, or null for none.</param>
    /// <param name="isSound">Whether the request is unambiguous HTTP.</param>
    /// <param name="answer">The answer.</param>
    /// <param name="isHead">Whether the request was a HEAD request, whose answer has no body.</param>
    /// <returns>What is wrong, or null if nothing is.</returns>
    string? FindFlaw(string? operation, bool isSound, ApiAnswer answer, bool isHead);

    /// <summary>The state that all reading operations show.</summary>
    /// <param name="server">The server to read.</param>
    /// <param name="withBytes">Whether to read stored bytes too.</param>
    Task<string> ReadStateAsync(FuzzServer server, bool withBytes);

    /// <summary>Whether a refused request of this operation may write records that no reader sees.</summary>
    bool MayWriteUnseen(string? operation);

    /// <summary>Whether these are the records that such a request may write.</summary>
    bool AreUnseen(string? operation, IReadOnlyList<(EntityId Entity, long Version)> written);

    /// <summary>The code of an error, or null if the answer has none.</summary>
    string? CodeOf(ApiAnswer answer);

    /// <summary>The name of the refusal behind an error, or null if it is not known.</summary>
    string? RefusalOf(ApiAnswer answer);
}

/// <summary>The protocols that can be fuzzed.</summary>
/// <param name="Create">Makes the protocol with the dice of a run.</param>
/// <param name="AddFront">Adds the protocol's front to a server that has the one of the vault API.</param>
internal sealed record FuzzedProtocol(Func<Dice, IFuzzedProtocol> Create, Action<IServiceCollection> AddFront)
{
    public static FuzzedProtocol Glacier { get; } = new(static dice => new GlacierProtocol(dice), static _ => { });

    public static FuzzedProtocol S3 { get; } = new(static dice => new S3Protocol(dice), static services => services.AddS3Front());
}
