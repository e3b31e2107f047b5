using OrleansUploads.Hashing;

namespace OrleansUploads.Cli.Archives;

/// <summary><c>treehash</c>: prints the tree hash of a file, which completes an upload whose parts were sent by
/// hand.</summary>
internal static class TreeHashCommand
{
    public static Command Create()
    {
        var file = new FileArgument<string>("file") { Description = $"The file. '{StandardInput.Name}' stands for standard input." };
        return new Command("treehash", "Print the SHA-256 tree hash of a file, as the vault API defines it.") { file }.Run(
            async (parsed, cancellationToken) =>
            {
                await using var stream = await InputFile.OpenAsync(parsed.GetRequiredValue(file), cancellationToken);
                using var hash = new TreeHashBuilder();
                await hash.AppendAsync(stream, cancellationToken);
                Console.WriteLine(hash.Finish());
                return ExitCode.Done;
            });
    }
}
