using Npgsql;
using OrleansUploads.EndToEnd.Tests.Harness;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.Silo.Database;
using OrleansUploads.Silo.Tests.Harness;

namespace OrleansUploads.Silo.Tests.Deployment;

/// <summary>Runs the scripts in <c>deploy/</c>.</summary>
public sealed class ScriptTests(PostgresServer postgres) : IDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task The_script_prepares_a_database_for_a_silo_and_a_second_run_changes_nothing(bool withProjectsScript)
    {
        var database = await postgres.CreateEmptyDatabaseAsync();
        OrleansScripts.CopyTo(_folder.Path);
        if (withProjectsScript)
        {
            File.Copy(Repository.File("deploy/postgres/first-write-fence.sql"), _folder.File("5-first-write-fence.sql"));
        }

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
            await RunAsync("deploy/postgres/apply.sh", [_folder.Path], environment);
            await using var opened = PostgresDatabase.Create(database);
            await PostgresSchema.RequireAsync(opened);
            Assert.Equal("l", await PostgresServer.QueryAsync(
                database,
                "SELECT attcompression FROM pg_attribute WHERE attrelid = 'orleansstorage'::regclass AND attname = 'payloadbinary'"));
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

    private static async Task<string> RunAsync(
        string script, IEnumerable<string> arguments, IEnumerable<KeyValuePair<string, string?>> environment)
    {
        await using var process = CapturedProcess.Start("/bin/sh", [Repository.File(script), .. arguments], environment);
        Assert.True(await process.WaitForExitAsync(Patience) == 0, $"The script failed. {process}");
        return process.Output;
    }
}
