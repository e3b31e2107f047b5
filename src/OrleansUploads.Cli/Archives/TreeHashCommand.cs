using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Client.Sources;

namespace OrleansUploads.Cli.Archives;

/// <summary>The <c>treehash</c> command: prints the tree hash of a file, which completes an upload whose parts were sent by
/// hand.</summary>
internal static class TreeHashCommand
{
    public static Command Create()
    {
        var file = new Argument<FileInfo>("file") { Description = "The file." };
        var command = new Command("treehash", "Print the SHA-256 tree hash of a file, as the vault API defines it.") { file };
        command.SetAction((parsed, cancellationToken) => CommandRunner.RunAsync(async () =>
        {
            var path = parsed.GetRequiredValue(file).FullName;
            if (Directory.Exists(path))
            {
                throw new IOException($"{path} is a folder. Name a file.");
            }

            using var source = ByteSource.FromFile(path);
            Console.WriteLine(await source.ReadTreeHashAsync(cancellationToken));
            return 0;
        }));
        return command;
    }
}
