using System.CommandLine;
using OrleansUploads.Cli.CommandLine;
using OrleansUploads.Hashing;

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

            Console.WriteLine(await HashAsync(path, cancellationToken));
            return 0;
        }));
        return command;
    }

    /// <summary>Hashes a file up to its end. The length of a pipe or of a file in <c>/proc</c> is only known then.</summary>
    private static async Task<TreeHash> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0, useAsync: true);
        using var hash = new TreeHashBuilder();
        var buffer = new byte[PartHasher.BatchBytes];
        for (int filled; (filled = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0;)
        {
            hash.Append(buffer.AsSpan(0, filled));
        }

        return hash.Finish();
    }
}
