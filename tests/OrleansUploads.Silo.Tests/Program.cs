using OrleansUploads.Silo.Tests.Nodes;
using Xunit.Runner.InProc.SystemConsole;

namespace OrleansUploads.Silo.Tests;

/// <summary>Runs the tests or, if the first argument is <c>node</c>, a node of <see cref="SharedUploadTests"/>.</summary>
internal static class Program
{
    public static async Task<int> Main(string[] args) =>
        args is [UploadingNode.Command, .. var rest] ? await UploadingNode.RunAsync(rest) : await ConsoleRunner.Run(args);
}
