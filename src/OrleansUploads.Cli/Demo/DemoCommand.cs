using System.CommandLine.Parsing;
using OrleansUploads.Cli.Remote;

namespace OrleansUploads.Cli.Demo;

/// <summary>The <c>demo</c> command: uploads and retrieves an archive through the real HTTP API and crashes the server
/// meanwhile.</summary>
internal static class DemoCommand
{
    private const long DefaultSizeBytes = 256L << 20;

    public static Command Create()
    {
        var file = new Option<FileInfo?>("--file") { Description = "The file to upload. If omitted, the demo generates one.", HelpName = "file" };
        var size = new Option<long?>("--size")
        {
            Description = "The size of the generated file, for example 64MiB or 4GiB. [default: 256MiB]",
            HelpName = "size",
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
            HelpName = "folder",
            DefaultValueFactory = _ => new DirectoryInfo(Path.GetTempPath()),
        };
        var endpoints = new Option<Uri[]>("--endpoint")
        {
            Description = "Use a service that is running, instead of a server of the demo. Repeat the option for the silos of a cluster. "
                + "Needs AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
            HelpName = "url",
            CustomParser = ParseEndpoints,
        };
        var crash = new Option<string?>("--crash")
        {
            Description = "With --endpoint: the shell command that crashes a part of the service. $1 is 1 halfway through the upload, "
                + "and 2 after its completion. If omitted, the demo crashes nothing.",
            HelpName = "command",
        };
        var command = new Command(
            "demo",
            "Upload a file from four concurrent clients, kill the server halfway, complete the upload from eight clients, "
            + "and compare the retrieved bytes.")
        {
            file, size, folder, endpoints, crash,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValueIfValid(file) is { } given && !given.Exists)
            {
                result.AddError($"The file {given.FullName} does not exist.");
            }
            else if (result.GetValueIfValid(file) is { Length: 0 })
            {
                result.AddError("The file is empty. An archive must have at least one byte.");
            }
        });
        command.Validators.Add(result =>
        {
            if (result.GetResult(crash) is not null && result.GetResult(endpoints) is not { Implicit: false })
            {
                result.AddError("--crash needs --endpoint.");
            }
        });
        command.SetAction((parsed, cancellationToken) => CommandRunner.RunAsync(async () =>
        {
            var path = parsed.GetRequiredValue(folder).FullName;
            var parent = NewFolder.Open(path, "--folder", () => Directory.CreateDirectory(path));
            DemoSpace.Require(
                parent,
                parsed.GetValue(file)?.Length ?? parsed.GetValue(size) ?? DefaultSizeBytes,
                isGenerated: parsed.GetValue(file) is null,
                hasServer: parsed.GetValue(endpoints) is not { Length: > 0 });
            var work = Directory.CreateDirectory(Path.Combine(
                parent.FullName,
                $"orleans-uploads-demo-{Environment.ProcessId}-{DateTime.UtcNow:HHmmss}"));
            try
            {
                using var service = parsed.GetValue(endpoints) is { Length: > 0 } running
                    ? await OpenAsync(running, parsed.GetValue(crash), cancellationToken)
                    : new DemoServer(work.FullName);
                using var screen = DemoScreen.Open();
                return await new DemoRun(work, service, screen, cancellationToken).RunAsync(
                    parsed.GetValue(file), parsed.GetValue(size) ?? DefaultSizeBytes);
            }
            finally
            {
                work.Delete(recursive: true);
            }
        }, cancellationToken));
        return command;
    }

    private static async Task<DemoService> OpenAsync(
        IReadOnlyList<Uri> endpoints, string? crash, CancellationToken cancellationToken)
    {
        var settings = await AwsSettings.ReadAsync(profile: null, cancellationToken);
        return settings.Key is null
            ? throw new InvalidDataException("There is no access key. Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.")
            : new RunningService(endpoints, settings, crash);
    }

    private static Uri[] ParseEndpoints(ArgumentResult result)
    {
        var endpoints = new List<Uri>();
        foreach (var token in result.Tokens)
        {
            if (Uri.TryCreate(token.Value, UriKind.Absolute, out var endpoint) && endpoint is { Scheme: "http", PathAndQuery: "/" })
            {
                endpoints.Add(endpoint);
            }
            else
            {
                result.AddError($"The endpoint '{token.Value}' is not valid. Use a form such as {Connection.DefaultEndpoint}.");
            }
        }

        return [.. endpoints];
    }
}
