using OrleansUploads.Cli.Serving;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary>A mistake that somebody might make about what is durable, as a layer around one of the stores of a server.</summary>
/// <param name="Name">One word, for the command line.</param>
/// <param name="What">What is wrong.</param>
/// <param name="Rounds">Within so many rounds it must be noticed.</param>
/// <param name="Plant">Puts it in front of what is there.</param>
internal sealed record Mutation(string Name, string What, int Rounds, Func<ServerSeams, ServerSeams> Plant)
{
    /// <summary>Whether it does harm only if flushes fail.</summary>
    public bool NeedsFailingDisk { get; init; }
}
