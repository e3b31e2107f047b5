using OrleansUploads.Engine.DataFolders;
using OrleansUploads.Gateway.Http.Credentials;
using Spectre.Console;

namespace OrleansUploads.Cli.Demo;

/// <summary><c>demo</c>: uploads and retrieves an archive through the real HTTP API and crashes the server
/// meanwhile.</summary>
internal static class DemoCommand
{
    private const long DefaultSizeBytes = 256L << 20;

    /// <summary>The columns of the table of checks if it is not printed on a terminal.</summary>
    private const int PlainWidth = 120;

    public static Command Create()
    {
        var file = new Option<FileInfo?>("--file")
        {
            Description = "The file to upload. If omitted, the demo generates one.",
            HelpName = "file",
        }.Refuse(static path => path.Length > 0 && !File.Exists(path) ? $"The file {Path.GetFullPath(path)} does not exist."
            : path.Length > 0 && new FileInfo(path).Length == 0 ? "The file is empty. An archive must have at least one byte."
            : null);
        var size = new Option<long?>("--size")
        {
            Description = "The size of the generated file, for example 64MiB or 4GiB. [default: 256MiB]",
            HelpName = "size",
        }.Parse(
            static text => ByteCount.TryParse(text, out var bytes) && bytes >= 1 ? bytes : null,
            static text => $"'{text}' is not a valid size. Use a form such as 300000, 64KiB, 256MiB or 4GiB.");
        var folder = new Option<DirectoryInfo>("--folder")
        {
            Description = "The folder in which the demo creates its working folder. The demo deletes the working folder when it ends.",
            HelpName = "folder",
            DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()),
        };
        var endpoints = new Option<string[]>("--endpoint")
        {
            Description = "Use a service that is running, instead of a server of the demo. Repeat the option for the silos of a cluster. "
                + "Needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            HelpName = "url",
        }.Refuse(static text => RemoteCommand.TryParseEndpoint(text, out var address) && address.Scheme == "http"
            ? null
            : RemoteCommand.DescribeInvalidEndpoint(text));
        var crash = new Option<string?>("--crash")
        {
            Description = "With --endpoint: the shell command that crashes a part of the service. $1 is 1 halfway through the upload, "
                + "and 2 after its completion. If omitted, the demo crashes nothing.",
            HelpName = "command",
        };
        crash.Validators.Add(result =>
        {
            if (result.GetResult(endpoints) is null)
            {
                result.AddError("--crash needs --endpoint.");
            }
        });
        var command = new Command(
            "demo",
            "Upload a file from four concurrent clients, kill the server halfway, complete the upload from eight clients, "
            + "and compare the retrieved bytes.")
        {
            file, size, folder, endpoints, crash,
        };
        return command.Run(async (parsed, cancellationToken) =>
        {
            var (given, running) = (parsed.GetValue(file), parsed.GetValue(endpoints) ?? []);
            var path = parsed.GetRequiredValue(folder).FullName;
            var parent = FileFault.OpenFolder(path, "--folder", () => Directory.CreateDirectory(path));
            FileFault.RequireWritable(path, "--folder");
            var sizeBytes = given?.Length ?? parsed.GetValue(size) ?? DefaultSizeBytes;
            RequireSpace(parent, sizeBytes, isGenerated: given is null, hasServer: running.Length == 0);
            var work = parent.CreateSubdirectory($"orleans-uploads-demo-{Environment.ProcessId}-{DateTime.UtcNow:HHmmss}");
            try
            {
                using var service = running.Length > 0
                    ? await OpenAsync(running, parsed.GetValue(crash), cancellationToken)
                    : new DemoServer(
                        Path.Combine(work.FullName, "data"), KeyPair.Create(KeyPair.DefaultAccount, DateTimeOffset.UtcNow));
                if (Console.IsOutputRedirected)
                {
                    AnsiConsole.Profile.Width = PlainWidth;
                }

                AnsiConsole.WriteLine(given is null ? $"Generating a file of {ByteCount.Format(sizeBytes)}" : $"Hashing {given.FullName}");
                var archive = given?.FullName ?? await GenerateAsync(Path.Combine(work.FullName, "archive"), sizeBytes, cancellationToken);
                return await new DemoRun(service, archive, cancellationToken).RunAsync();
            }
            finally
            {
                work.Delete(recursive: true);
            }
        });
    }

    /// <summary>On a full disk the clients would retry for a long time before they give up.</summary>
    private static void RequireSpace(DirectoryInfo folder, long sizeBytes, bool isGenerated, bool hasServer)
    {
        var disk = new DriveInfo(folder.FullName);
        var needed = (isGenerated ? sizeBytes : 0)
            + (hasServer ? sizeBytes + (sizeBytes / DemoRun.DuplicateInterval) + DiskSpace.DefaultFloorOf(disk) : 0);
        if (disk.AvailableFreeSpace < needed)
        {
            throw new IOException(
                $"The demo needs {ByteCount.Format(needed)} of free space in {folder.FullName}, which has "
                + $"{ByteCount.Format(disk.AvailableFreeSpace)}. Name a folder on another disk with --folder, or use less with --size.");
        }
    }

    private static async Task<DemoService> OpenAsync(string[] endpoints, string? crash, CancellationToken cancellationToken)
    {
        var settings = await AwsSettings.ReadAsync(profile: null, cancellationToken);
        var key = settings.Key
            ?? throw new InvalidDataException("There is no access key. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.");
        Uri[] addresses = [.. endpoints.Select(static endpoint => new Uri(endpoint))];
        return new DemoService(addresses, key, settings.Region ?? RemoteCommand.DefaultRegion, crash);
    }

    private static async Task<string> GenerateAsync(string path, long sizeBytes, CancellationToken cancellationToken)
    {
        var buffer = new byte[1 << 20];
        await using var file = File.Create(path);
        for (var left = sizeBytes; left > 0; left -= buffer.Length)
        {
            Random.Shared.NextBytes(buffer);
            await file.WriteAsync(buffer.AsMemory(0, (int)Math.Min(left, buffer.Length)), cancellationToken);
        }

        return path;
    }
}
