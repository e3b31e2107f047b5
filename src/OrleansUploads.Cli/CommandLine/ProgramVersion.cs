using System.CommandLine.Invocation;
using OrleansUploads.Engine.Sqlite;
using OrleansUploads.Gateway.Http.Health;

namespace OrleansUploads.Cli.CommandLine;

internal static class ProgramVersion
{
    /// <summary>The version without the commit.</summary>
    public static string Text { get; } = ServerDescription.VersionOf(typeof(ProgramVersion).Assembly);

    /// <summary>Makes <c>--version</c> also print the version of SQLite, which keeps the journal.</summary>
    public static void AddTo(RootCommand root) => root.Options.OfType<VersionOption>().Single().Action = new Print();

    private sealed class Print : SynchronousCommandLineAction
    {
        public override int Invoke(ParseResult parseResult)
        {
            parseResult.InvocationConfiguration.Output.WriteLine($"{Text} (SQLite {SqliteLibrary.Version})");
            return 0;
        }
    }
}
