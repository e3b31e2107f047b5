using Npgsql;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Silo.Database;

namespace OrleansUploads.Silo.Tests.Deployment;

/// <summary>Runs the scripts in <c>deploy/</c>.</summary>
public sealed class ScriptTests(PostgresServer postgres) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task The_script_prepares_a_database_for_a_silo_and_a_second_run_changes_nothing()
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        var where = new NpgsqlConnectionStringBuilder(database);
        Dictionary<string, string?> environment = new()
        {
            ["PGHOST"] = where.Host,
            ["PGPORT"] = $"{where.Port}",
            ["PGUSER"] = where.Username,
            ["PGDATABASE"] = where.Database,
        };
        for (var run = 0; run < 2; run++)
        {
            Assert.Empty(await RunAsync("deploy/postgres/apply.sh", [], environment));
            await using var opened = PostgresDatabase.Create(database);
            await PostgresSchema.RequireAsync(opened);
            Assert.Equal("l", await PostgresServer.QueryAsync(
                database,
                "SELECT attcompression FROM pg_attribute WHERE attrelid = 'orleansstorage'::regclass AND attname = 'payloadbinary'"));
        }
    }

    [Fact, Trait(TestRun.Name, TestRun.Campaign)]
    public async Task The_local_cluster_passes_the_demo_while_its_silos_are_killed()
    {
        PostgresPrograms.RequireInstalled();
        PostgresPrograms.LetTraverse(_folder.Path);
        Dictionary<string, string?> environment = new()
        {
            ["LOCAL_CLUSTER_FOLDER"] = _folder.File("cluster"),
            ["LOCAL_CLUSTER_PORT"] = $"{FreePort.Take(1)[0]}",
        };
        try
        {
            Assert.Contains("archive ID", await RunAsync("deploy/local-cluster.sh", ["demo", "64MiB"], environment), StringComparison.Ordinal);
        }
        finally
        {
            await RunAsync("deploy/local-cluster.sh", ["remove"], environment);
        }
    }

    [Fact]
    public async Task Secrets_are_created_once_in_the_form_that_a_silo_reads()
    {
        Directory.CreateDirectory(_folder.File("deploy"));
        var script = _folder.File("deploy/make-secrets.sh");
        File.Copy(Repository.File("deploy/make-secrets.sh"), script);
        var printed = await RunAsync(script, [], []);
        Assert.Equal(printed, await RunAsync(script, [], []));

        var pair = Assert.Single(KeyFile.InFolder(_folder.File("deploy/secrets")).Read());
        Assert.Equal(20, pair.AccessKeyId.Length);
        Assert.Equal(
            $"export AWS_ACCESS_KEY_ID={pair.AccessKeyId} AWS_SECRET_ACCESS_KEY={pair.SecretAccessKey} AWS_DEFAULT_REGION=us-east-1",
            printed.Trim());
        var connection = new NpgsqlConnectionStringBuilder(await File.ReadAllTextAsync(_folder.File("deploy/secrets/connection-string")));
        Assert.Equal(await File.ReadAllTextAsync(_folder.File("deploy/secrets/postgres-password")), connection.Password);
        Assert.Equal(48, connection.Password!.Length);
    }

    [Theory]
    [InlineData("", true)]
    [InlineData("single", false)]
    public async Task The_script_for_images_names_everything_that_is_missing_before_it_starts(string images, bool needsNames)
    {
        await WriteProgramAsync("podman", "case $3 in *Network*) echo cni ;; *) echo crun ;; esac");
        await WriteProgramAsync("dotnet", "exit 1");
        await using var script = CapturedProcess.Start(
            "/bin/sh", [Repository.File("deploy/local-images.sh"), images], [new("PATH", $"{_folder.Path}:/usr/bin:/bin")]);

        Assert.Equal(1, await script.WaitForExitAsync(Patience));

        Assert.StartsWith("local-images.sh: this machine is not ready for it.", script.Error, StringComparison.Ordinal);
        Assert.Contains("apt-get install debootstrap iptables", script.Error, StringComparison.Ordinal);
        Assert.Equal(needsNames, script.Error.Contains("network_backend=\"netavark\"", StringComparison.Ordinal));
        Assert.Equal(
            Directory.Exists("/sys/fs/cgroup/unified"), script.Error.Contains("runtime=\"runc\"", StringComparison.Ordinal));
    }

    /// <summary>Writes a program that the scripts find first.</summary>
    private async Task WriteProgramAsync(string name, string content)
    {
        await File.WriteAllTextAsync(_folder.File(name), $"#!/bin/sh\n{content}\n");
        if (!OperatingSystem.IsWindows())
        {
            File.SetUnixFileMode(_folder.File(name), UnixFileMode.UserRead | UnixFileMode.UserExecute);
        }
    }

    private static async Task<string> RunAsync(
        string script, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        await using var process = CapturedProcess.Start("/bin/sh", [Repository.File(script), .. arguments], environment);
        Assert.True(await process.WaitForExitAsync(Patience) == 0, $"The script failed. {process}");
        return process.Output;
    }
}
