using Xunit.Runner.InProc.SystemConsole;

namespace OrleansUploads.Simulation;

/// <summary>Runs the tests or, if the first argument is <c>simulate</c>, a command of simulate.sh.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["simulate", "--real", .. var rest] => await RealServer.RealCommand.RunAsync(rest),
        ["simulate", "--power-cut", "--mutations", .. var rest] => await PowerCut.Mutations.MutationCommand.RunAsync(rest),
        ["simulate", "--serve-with", var name, .. var rest] => await PowerCut.Mutations.MutatedServer.RunAsync(name, rest),
        ["simulate", "--serve-weakly", var name, .. var rest] => await Hostile.WeakServer.RunAsync(name, rest),
        ["simulate", "--hostile", .. var rest] => await Hostile.HostileCommand.RunAsync(rest),
        ["simulate", "--power-cut", .. var rest] => await PowerCut.PowerCutCommand.RunAsync(rest),
        ["simulate", "--soak", .. var rest] => await Soak.SoakCommand.RunAsync(rest),
        ["simulate", .. var rest] => Reporting.CommandLine.Run(rest),
        _ => await ConsoleRunner.Run(args),
    };
}
