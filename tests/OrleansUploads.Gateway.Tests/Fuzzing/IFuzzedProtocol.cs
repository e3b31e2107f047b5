using Microsoft.Extensions.DependencyInjection;
using OrleansUploads.Gateway.S3;
using OrleansUploads.Gateway.Tests.Fuzzing.S3;

namespace OrleansUploads.Gateway.Tests.Fuzzing;

/// <summary>A protocol under the fuzzer: its requests, who judges its answers, and the state that it shows.</summary>
internal interface IFuzzedProtocol
{
    /// <summary>Finds what is wrong with answers.</summary>
    Judge Judge { get; }

    /// <summary>Fills a new server with sample data of every kind.</summary>
    Task CreateSamplesAsync(FuzzServer server);

    /// <summary>A request for a random operation that is valid as far as the fuzzer knows the server's state.</summary>
    FuzzRequest Any();

    /// <summary>Corrupts a request in none to three places.</summary>
    FuzzRequest Mutate(FuzzRequest request);

    /// <summary>The name of the operation that a request addresses, or null for none.</summary>
    string? OperationOf(FuzzRequest request);

    /// <summary>The state that all reading operations show.</summary>
    /// <param name="server">The server to read.</param>
    /// <param name="withBytes">Whether to read stored bytes too.</param>
    Task<string> ReadStateAsync(FuzzServer server, bool withBytes);

    /// <summary>Whether a refused request of this operation may write records that no reader sees.</summary>
    bool MayWriteUnseen(string? operation);

    /// <summary>Whether these are the records that such a request may write.</summary>
    bool AreUnseen(string? operation, IReadOnlyList<(EntityId Entity, long Version)> written);
}

/// <summary>The protocols that can be fuzzed.</summary>
/// <param name="Create">Makes the protocol with the dice of a run.</param>
/// <param name="AddFront">Adds the protocol's front to a server that has the one of the vault API.</param>
internal sealed record FuzzedProtocol(Func<Dice, IFuzzedProtocol> Create, Action<IServiceCollection> AddFront)
{
    public static FuzzedProtocol Glacier { get; } = new(static dice => new GlacierProtocol(dice), static _ => { });

    public static FuzzedProtocol S3 { get; } = new(static dice => new S3Protocol(dice), static services => services.AddS3Front());
}
