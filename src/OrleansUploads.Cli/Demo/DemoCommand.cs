using System.CommandLine;
using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.Cli.Demo;

/// <summary>The <c>demo</c> command: uploads and retrieves an archive through the real HTTP API and crashes the server
/// meanwhile.</summary>
internal static class DemoCommand
{
    private const long DefaultSizeBytes = 256L << 20;

    public static Command Create()
    {
        var file = new Option<FileInfo?>("--file") { Description = "The file to upload. If omitted, the demo generates one." };
        var size = new Option<long?>("--size")
        {
            Description = "The size of the generated file, for example 64MiB or 4GiB. [default: 256MiB]",
            CustomParser = result =>
            {
                if (!ByteCount.TryParse(result.Tokens[0].Value, out var bytes) || bytes < 1)
                {
                    result.AddError(
                        $"'{result.Tokens[0].Value}' is not a valid size. Use a form such as 300000, 64KiB, 256MiB or 4GiB.");
                }

                return bytes;
            },
        };
        var folder = new Option<DirectoryInfo>("--folder")
        {
            Description = "The folder in which the demo creates its working folder. The demo deletes the working folder when it ends.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()),
        };
        var command = new Command(
            "demo",
            "Upload a file from four concurrent clients, kill the server halfway, complete the upload from eight clients, "
            + "and compare the retrieved bytes.")
        {
            file, size, folder,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is { } given && !given.Exists)
            {
                result.AddError($"The file {given.FullName} does not exist.");
            }
            else if (result.GetValue(file) is { Length: 0 })
            {
                result.AddError("The file is empty. An archive must have at least one byte.");
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandRunner.RunAsync(async () =>
        {
            var work = Directory.CreateDirectory(Path.Combine(
                parsed.GetRequiredValue(folder).FullName,
                $"orleans-uploads-demo-{Environment.ProcessId}-{DateTime.UtcNow:HHmmss}"));
            try
            {
                using var screen = DemoScreen.Open();
                return await new DemoRun(work, screen, cancellationToken).RunAsync(
                    parsed.GetValue(file), parsed.GetValue(size) ?? DefaultSizeBytes);
            }
            finally
            {
                work.Delete(recursive: true);
            }
        }));
        return command;
    }
}
