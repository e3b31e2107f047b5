using OrleansUploads.Hashing;

namespace OrleansUploads.Cli.Archives;

/// <summary>The <c>treehash</c> command: prints the tree hash of a file, which completes an upload whose parts were sent by
/// hand.</summary>
internal static class TreeHashCommand
{
    public static Command Create()
    {
        var file = InputFile.Argument("The file.");
        var command = new Command("treehash", "Print the SHA-256 tree hash of a file, as the vault API defines it.") { file };
        command.SetAction((parsed, cancellationToken) => CommandRunner.RunAsync(async () =>
        {
            Console.WriteLine(await HashAsync(parsed.GetRequiredValue(file), cancellationToken));
            return 0;
        }, cancellationToken));
        return command;
    }

    /// <summary>Hashes a file up to its end.</summary>
    private static async Task<TreeHash> HashAsync(string path, CancellationToken cancellationToken)
    {
        await using var file = await InputFile.OpenAsync(path, cancellationToken);
        using var hash = new TreeHashBuilder();
        var buffer = new byte[PartHasher.BatchBytes];
        for (int filled; (filled = await file.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false, cancellationToken)) > 0;)
        {
            hash.Append(buffer.AsSpan(0, filled));
        }

        return hash.Finish();
    }
}
