using OrleansUploads.Cli.Serving;

namespace OrleansUploads.Simulation.PowerCut.Mutations;

/// <summary><c>serve</c> with a mutation in front of its ports. Runs in its own process.</summary>
internal static class MutatedServer
{
    public static Task<int> RunAsync(string name, string[] args)
    {
        var seams = new ServerSeams();
        if (name != MutationTable.None)
        {
            seams = MutationTable.All.Single(mutation => mutation.Name == name).Plant(seams);
        }

        return ServeCommand.Create(seams).Parse(args).InvokeAsync();
    }
}
