using Xunit.Runner.InProc.SystemConsole;

namespace OrleansUploads.Simulation;

/// <summary>Runs the tests, or with <c>simulate</c> as the first word, what simulate.sh asks for.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) => args switch
    {
        ["simulate", "--real", .. var rest] => await RealServer.RealCommand.RunAsync(rest),
        ["simulate", .. var rest] => Reporting.CommandLine.Run(rest),
        _ => await ConsoleRunner.Run(args),
    };
}
