using System.CommandLine;

namespace OrleansUploads.Cli.Demo;

/// <summary><c>demo</c>: a real archive through the real API, with a crash in the middle.</summary>
internal static class DemoCommand
{
    private const long DefaultSizeBytes = 256L << 20;

    public static Command Create()
    {
        var file = new Option<FileInfo?>("--file") { Description = "The file to upload; one is made where none is given." };
        var size = new Option<long>("--size")
        {
            Description = "Size of the file that is made, for example 256MiB or 4GiB.",
            DefaultValueFactory = _ => DefaultSizeBytes,
            CustomParser = result =>
            {
                if (!ByteCount.TryParse(result.Tokens[0].Value, out var bytes) || bytes < 1)
                {
                    result.AddError($"'{result.Tokens[0].Value}' is no size: write 300000, 64KiB, 256MiB or 4GiB.");
                }

                return bytes;
            },
        };
        var folder = new Option<DirectoryInfo>("--folder")
        {
            Description = "Where the demo makes its own folder, which it removes in the end.",
            DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()),
        };
        var command = new Command(
            "demo",
            "Upload a file by four clients at once, crash the server halfway, complete it eight times, "
            + "and compare what comes back.")
        {
            file, size, folder,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(file) is { } given && !given.Exists)
            {
                result.AddError($"There is no file {given.FullName}.");
            }
            else if (result.GetValue(file) is { Length: 0 })
            {
                result.AddError("An archive has at least one byte, and this file has none.");
            }
        });
        command.SetAction((parsed, cancellationToken) => Guard.RunAsync(async () =>
        {
            var work = Directory.CreateDirectory(Path.Combine(
                parsed.GetRequiredValue(folder).FullName,
                $"orleans-uploads-demo-{Environment.ProcessId}-{DateTime.UtcNow:HHmmss}"));
            try
            {
                using var screen = DemoScreen.Open();
                return await new DemoRun(work, screen, cancellationToken).RunAsync(
                    parsed.GetValue(file), parsed.GetValue(size));
            }
            finally
            {
                work.Delete(recursive: true);
            }
        }));
        return command;
    }
}
