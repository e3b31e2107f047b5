using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Silo.Tests.Copies;

namespace OrleansUploads.Silo.Tests.Deployment;

/// <summary>The recipe of docs/cluster.md for three silos without containers, with its lines for a bucket, and with its load balancer. Only the
/// ports, the places and the credentials are others.</summary>
public sealed class RecipeTests(PostgresServer postgres) : IAsyncDisposable
{
    private const string Recipe = "### Three silos without containers";
    private const string PrintedConnection = "Host=127.0.0.1;Username=uploads;Password=choose one;Database=uploads;";
    private const string PrintedFolder = "OrleansUploads__PartsFolder=$HOME/cluster/parts\n";

    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(120);

    private readonly TemporaryFolder _folder = new();

    private readonly Dictionary<string, int[]> _ports = new()
    {
        ["LISTEN"] = [.. FreePort.Take(3)],
        ["SILO"] = [.. FreePort.Take(3)],
        ["CLIENT"] = [.. FreePort.Take(3)],
    };

    private string Program => _folder.File("cluster/program/orleans-uploads-silo");

    public async ValueTask DisposeAsync()
    {
        await using (var shell = Start("for F in ~/cluster/*.pid; do kill -9 $(cat $F) || true; done"))
        {
            await shell.WaitForExitAsync(Patience);
        }

        _folder.Dispose();
    }

    [Fact, Slice(3)]
    public async Task The_three_silos_of_the_recipe_keep_their_bytes_in_a_bucket_and_serve_behind_the_load_balancer()
    {
        Assert.SkipUnless(File.Exists("/usr/sbin/haproxy"), "HAProxy is not installed.");
        await using var store = await S3Calls.StartStoreAsync(_folder.File("store"));
        Directory.CreateDirectory(Path.GetDirectoryName(Program)!);
        await File.WriteAllTextAsync(Program, $"#!/bin/sh\nexec '{CommandLine.Dotnet}' '{Repository.SiloProgram}' \"$@\"\n");
        Directory.CreateDirectory(_folder.File("uploads"));
        KeyFile.InFolder(_folder.File("uploads")).Change(static _ =>
            [new KeyPair(CommandLine.AccessKeyId, CommandLine.SecretAccessKey, KeyPair.DefaultAccount, DateTimeOffset.UtcNow)]);

        var bucket = Replace(
            Handbook.CommandsBehind(Recipe, block: 2),
            ("s3://uploads/cluster", $"s3://{S3Calls.Bucket}/cluster"),
            ("http://10.0.0.5:7480", store.Address.ToString()),
            ("the key of the store", CommandLine.AccessKeyId),
            ("its secret", CommandLine.SecretAccessKey));
        await RunAsync("chmod +x ~/cluster/program/*\n" + Replace(
            Handbook.CommandsBehind(Recipe, block: 1),
            (PrintedConnection, await postgres.CreateDatabaseAsync() + ";"),
            (PrintedFolder, bucket.TrimStart())));

        var balancer = FreePort.Take(1)[0];
        var started = await RunAsync(Replace(
            Handbook.CommandsBehind(Recipe, block: 3),
            ("940$1", "${LISTEN[$1]}"),
            ("1111$1", "${SILO[$1]}"),
            ("3000$1", "${CLIENT[$1]}"),
            ("940$N", "${LISTEN[$N]}"))
            + Replace(
                Handbook.CommandsBehind(Recipe, block: 4),
                ("127.0.0.1:9500", string.Create(CultureInfo.InvariantCulture, $"127.0.0.1:{balancer}")),
                ("940$N", "${LISTEN[$N]}"),
                ("curl", "curl -fs --retry 60 --retry-all-errors --retry-delay 1")));
        Assert.Equal(4, started.Split("{\"status\":").Length - 1);

        var address = new Uri(string.Create(CultureInfo.InvariantCulture, $"http://127.0.0.1:{balancer}"));
        await using var load = await AcknowledgedLoad.StartAsync(address, address);
        await load.AwaitMoreAsync(8);
        await load.StopAsync();
        await load.RequireAllAsync(address);
        using var s3 = new S3Calls(store);
        Assert.NotEmpty(await s3.ListAsync($"/{S3Calls.Bucket}?list-type=2&prefix=cluster/", "Key"));
    }

    private async Task<string> RunAsync(string commands)
    {
        await using var shell = Start(commands);
        Assert.True(await shell.WaitForExitAsync(Patience) == 0, shell.ToString());
        return shell.Output;
    }

    /// <summary>Starts a shell in the checkout, with free ports for the silos.</summary>
    private CapturedProcess Start(string commands)
    {
        var ports = string.Join('\n', _ports.Select(static list =>
            $"{list.Key}=(0 {string.Join(' ', list.Value.Select(static port => port.ToString(CultureInfo.InvariantCulture)))})"));
        return CapturedProcess.Start(
            "bash", ["-euo", "pipefail", "-c", $"cd '{Repository.Root}'\n{ports}\n{commands}"], [new("HOME", _folder.Path)]);
    }

    private static string Replace(string commands, params (string Printed, string Here)[] replacements)
    {
        foreach (var (printed, here) in replacements)
        {
            Assert.Contains(printed, commands, StringComparison.Ordinal);
            commands = commands.Replace(printed, here, StringComparison.Ordinal);
        }

        return commands;
    }
}
