using System.Text.RegularExpressions;
using OrleansUploads.EndToEnd.Tests.AwsClients;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>Runs the commands of a document in one shell, in an empty home folder. Where the document leaves a server running in another
/// terminal, the shell leaves it running in the background; starting another one stops it, unless the other one has an address of its
/// own.</summary>
internal sealed class DocumentShell(TemporaryFolder home)
{
    /// <summary>Stops the server, as Ctrl-C does in the other terminal.</summary>
    public const string StopServer = "stop_server";

    // The addresses in the documents. Tests run at the same time, so each of them has ports of its own.
    private static readonly string[] PrintedPorts = ["9400", "9500"];

    /// <summary>How commands begin that need programs which a machine may lack.</summary>
    private static readonly Dictionary<string, string> Clients = new()
    {
        ["curl"] = "curl",
        ["git"] = "git",
        ["git annex"] = "git-annex",
        ["openssl"] = "openssl",
        ["python3"] = "python3",
        ["rclone"] = "rclone",
        ["restic"] = "restic",
    };

    /// <summary>What the commands of a document run after. The variable <c>SERVER_PORT</c> is the port of the server.</summary>
    public const string Prelude = """
        set -euo pipefail
        cd
        SERVERS=
        stop_server() { if [ -n "$SERVERS" ]; then kill $SERVERS; wait $SERVERS || true; SERVERS=; fi; }
        trap stop_server EXIT
        start_server() {
            case $* in
                *--listen*) ;;
                *) stop_server; set -- "$@" --listen "127.0.0.1:$SERVER_PORT" ;;
            esac
            exec 3< <(exec orleans-uploads "$@" 2>> server.log)
            SERVERS="$SERVERS $!"
            while read -r line <&3; do
                case $line in "Ready on"*) return ;; esac
            done
            echo "The server did not start:" >&2
            cat server.log >&2
            exit 1
        }
        orleans-uploads() {
            if [ "${1:-}" = serve ]; then start_server "$@"; else command orleans-uploads "$@"; fi
        }
        """;

    /// <summary>Puts the built program into the path, as if it were installed.</summary>
    public async Task InstallAsync()
    {
        var program = Path.Combine(Bin, "orleans-uploads");
        Directory.CreateDirectory(Bin);
        await File.WriteAllTextAsync(program, $"#!/bin/sh\nexec '{CommandLine.Dotnet}' '{CommandLine.Program}' \"$@\"\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(program, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
    }

    private string Bin => Path.Combine(home.Path, ".local", "bin");

    /// <summary>The programs of others that commands need, besides those that every machine has.</summary>
    internal static IEnumerable<string> ClientsIn(string commands) =>
        from client in Clients
        where Regex.IsMatch(commands, $@"(^|[|;&(]) *{client.Key} ", RegexOptions.Multiline)
        select client.Value;

    /// <summary>Runs commands. The test is skipped if a program is missing that they need.</summary>
    /// <returns>Their output.</returns>
    public async Task<string> RunAsync(string commands, TimeSpan timeLimit, string? folder = null)
    {
        foreach (var client in ClientsIn(commands))
        {
            InstalledClients.Require(client);
        }

        var aws = await InstalledClients.FindAwsCliAsync();
        var ports = PrintedPorts.ToDictionary(port => port, _ => $"{FreePort.Take(1)[0]}");
        var script = Regex.Replace(
            commands, $"(:|, |port=)({string.Join('|', ports.Keys)})", printed => printed.Groups[1].Value + ports[printed.Groups[2].Value]);
        var environment = new Dictionary<string, string?>(InstalledClients.Environment(home.Path))
        {
            ["PATH"] = $"{Bin}:{Path.GetDirectoryName(aws)}:{Path.GetDirectoryName(CommandLine.Dotnet)}:{Environment.GetEnvironmentVariable("PATH")}",
            ["SERVER_PORT"] = ports["9400"],
            ["AWS_ENDPOINT_URL"] = $"http://127.0.0.1:{ports["9400"]}",
            ["AWS_ACCESS_KEY_ID"] = null,
            ["AWS_SECRET_ACCESS_KEY"] = null,
            ["AWS_DEFAULT_REGION"] = null,
            ["XDG_STATE_HOME"] = null,
            ["DOTNET_CLI_TELEMETRY_OPTOUT"] = "1",
            ["DOTNET_NOLOGO"] = "1",

            // Builds would leave processes behind, which keep the output open.
            ["MSBUILDDISABLENODEREUSE"] = "1",
            ["UseSharedCompilation"] = "false",

            // The sources are analyzed when this project is built.
            ["RunAnalyzers"] = "false",
            ["ORLEANSUPLOADS_ACCESS_KEY_ID"] = null,
            ["ORLEANSUPLOADS_SECRET_ACCESS_KEY"] = null,
        };
        await using var shell = CapturedProcess.Start("/bin/bash", ["-c", $"{Prelude}\ncd '{folder ?? home.Path}'\n{script}"], environment);
        Assert.True(await shell.WaitForExitAsync(timeLimit) == 0, shell.ToString());
        return shell.Output;
    }
}
