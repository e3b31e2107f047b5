using OrleansUploads.Hashing;

namespace OrleansUploads.Cli.Archives;

/// <summary><c>treehash</c>: prints the tree hash of a file, which completes an upload whose parts were sent by
/// hand.</summary>
internal static class TreeHashCommand
{
    public static Command Create()
    {
        var file = new FileArgument<string>("file") { Description = $"The file. '{StandardInput.Name}' stands for standard input." };
        var json = CommonOptions.Json();
        return new Command("treehash", "Print the SHA-256 tree hash of a file, as the vault API defines it.") { file, json }.Run(
            async (parsed, cancellationToken) =>
            {
                var path = parsed.GetRequiredValue(file);
                await using var stream = await InputFile.OpenAsync(path, cancellationToken);
                using var hash = new TreeHashBuilder();
                var sizeBytes = await hash.AppendAsync(stream, cancellationToken);
                var treeHash = hash.Finish().ToString();
                new Printer(parsed.GetValue(json)).Result(new { file = path, sizeBytes, treeHash }, treeHash);
                return ExitCode.Done;
            });
    }
}
