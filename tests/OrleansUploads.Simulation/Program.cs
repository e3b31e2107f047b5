using Xunit.Runner.InProc.SystemConsole;

namespace OrleansUploads.Simulation;

/// <summary>Runs the tests, or with <c>simulate</c> as the first word, what simulate.sh asks for.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) =>
        args is ["simulate", .. var rest] ? Reporting.CommandLine.Run(rest) : await ConsoleRunner.Run(args);
}
