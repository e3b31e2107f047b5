using Xunit.Runner.InProc.SystemConsole;

namespace OrleansUploads.Simulation;

/// <summary>Runs the tests or, if the first argument is <c>simulate</c>, a command of simulate.sh.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["simulate", "--serve-with", var name, .. var rest] => await PowerCut.Mutations.MutationTable.ServeAsync(name, rest),
        ["simulate", "--serve-weakly", var name, .. var rest] => await Hostile.WeakServer.RunAsync(name, rest),
        ["simulate", .. var rest] => await Reporting.CommandLine.RunAsync(rest),
        _ => await ConsoleRunner.Run(args),
    };
}
