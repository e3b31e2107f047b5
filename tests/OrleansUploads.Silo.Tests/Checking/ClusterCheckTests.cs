using OrleansUploads.Client.Sources;
using OrleansUploads.Engine.Disk;
using OrleansUploads.Silo.Checking;
using OrleansUploads.Silo.Hosting;
using OrleansUploads.Silo.Tests.Moving;

namespace OrleansUploads.Silo.Tests.Checking;

/// <summary>The command <c>check</c> of a cluster names what is missing or damaged, reports nothing else, and changes nothing.</summary>
[Campaign]
public sealed class ClusterCheckTests(ClusterCheckTests.StoppedCluster stopped, PostgresServer postgres, AzuriteServer azurite)
    : IClassFixture<ClusterCheckTests.StoppedCluster>, IDisposable
{
    private const string VaultOfTape = "000000000001/tape";

    /// <summary>How often clients change the busy cluster at most.</summary>
    private const int MaxChanges = 20;

    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    private static readonly byte[] Tape = Archives.Bytes((2 * Archives.MiB) + 5, seed: 4);

    private readonly TemporaryFolder _folder = new();

    public void Dispose() => _folder.Dispose();

    [Fact]
    public async Task What_a_busy_cluster_changes_is_not_damage()
    {
        var silo = new SiloStart(RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data))
            .With("OrleansUploads__ReplacedObjectGrace", "1m");
        var service = new MovingService();
        await using var cluster = await RunningSilo.StartAsync(silo);
        await service.FillAsync(cluster, archives: 10, objects: 10);
        using var stop = new CancellationTokenSource();
        var changes = 0;
        var load = LoadAsync();
        await BecomesChangedAsync(before: 0);
        for (var check = 0; check < 2; check++)
        {
            var before = Volatile.Read(ref changes);
            var report = (await ClusterCheck.RunAsync(silo, check % 2 == 0 ? ["--deep"] : [])).ExpectSound();
            Assert.True(report.Count("archives") > 10 && report.Count("openUploads") >= 2 && report.Count("histories") > 50, $"{report}");
            await BecomesChangedAsync(before);
        }

        await stop.CancelAsync();
        await load;

        Task BecomesChangedAsync(int before) => Eventually.BecomesTrueAsync(
            () => Volatile.Read(ref changes) > before || load.IsCompleted, "the clients have changed something");

        async Task LoadAsync()
        {
            // A check that finds more than it reads would not end.
            using var pace = new PeriodicTimer(Pace);
            while (await pace.WaitForNextTickAsync() && !stop.IsCancellationRequested && changes < MaxChanges)
            {
                await service.AddAsync(cluster, archives: 5, objects: 5);
                Interlocked.Increment(ref changes);
            }
        }
    }

    [Theory]
    [InlineData("PostgreSQL")]
    [InlineData("Azurite", Traits = [TestRun.Name, TestRun.Campaign, SliceAttribute.Name, "4"])]
    public async Task Damaged_and_missing_files_are_named_with_their_owners(string database)
    {
        var (silo, archive, upload) = database == "PostgreSQL" ? await stopped.TakeAsync() : await FillAsync(await OnAzureAsync());
        var folder = silo.Environment[VariableOf(nameof(SiloSettings.PartsFolder))]!;
        var parts = Files(folder, upload, "*.part");
        Assert.Equal(3, parts.Length);
        Assert.Empty((await ClusterCheck.RunAsync(silo)).ExpectSound().Orphans);
        File.Delete(parts[0]);
        Flip(parts[1]);
        var small = Assert.Single(Files(folder, "*", "*.part"), file => !parts.Contains(file) && new FileInfo(file).Length > 200_000);
        Flip(small);
        var orphan = Path.Combine(Path.GetDirectoryName(parts[0])!, $"{new string('0', 32)}.part");
        await File.WriteAllTextAsync(orphan, "half a part", Cancellation);

        var report = await ClusterCheck.RunAsync(silo, "--orphans");

        Assert.Equal((1, 3), (report.ExitCode, report.Damage.Count));
        Assert.All(parts[..2], file => Assert.Single(report.Damage, found =>
            ClusterCheck.Text(found, "file") == file && ClusterCheck.Text(found, "kind") == "part"
            && ClusterCheck.Text(found, "archive") == archive && ClusterCheck.Text(found, "vault") == VaultOfTape));
        Assert.Single(report.Damage, found => ClusterCheck.Text(found, "file") == small
            && (ClusterCheck.Text(found, "bucket"), ClusterCheck.Text(found, "key")) == ("pictures", "a/b.jpg"));
        Assert.Equal(Path.GetDirectoryName(orphan), Assert.Single(report.Orphans));
    }

    [Fact]
    public async Task An_object_that_is_missing_from_the_store_is_named_and_nothing_is_written_to_it()
    {
        await using var store = await S3Calls.StartStoreAsync(_folder.File("store"));
        using var s3 = new S3Calls(store);
        var start = new SiloStart(RunningSilo.OnPostgres(await postgres.CreateDatabaseAsync(), _folder.Data)).WithPartsIn(store);
        var (silo, archive, upload) = await FillAsync(start);
        var keys = await KeysAsync(s3);
        var rows = await DigestOfRowsAsync(silo);
        (await ClusterCheck.RunAsync(silo, "--deep")).ExpectSound();
        Assert.Equal(keys, await KeysAsync(s3));
        Assert.Equal(rows, await DigestOfRowsAsync(silo));

        var lost = keys.First(key => key.Contains(upload, StringComparison.Ordinal) && key.EndsWith(".part", StringComparison.Ordinal));
        await s3.SendAsync(HttpMethod.Delete, $"/{S3Calls.Bucket}/{lost}");

        var found = Assert.Single((await ClusterCheck.RunAsync(silo)).Damage);
        Assert.Equal(
            ($"s3://{S3Calls.Bucket}/{lost}", archive, VaultOfTape),
            (ClusterCheck.Text(found, "file"), ClusterCheck.Text(found, "archive"), ClusterCheck.Text(found, "vault")));
    }

    [Fact]
    public async Task Another_store_is_named_by_its_mark_and_not_reported_as_a_loss()
    {
        var (silo, _, _) = await stopped.TakeAsync();
        using (var store = DiskPartStore.OpenShared(_folder.File("other")))
        {
            await store.FindOrMakeMarkAsync(new byte[16], Cancellation);
        }

        foreach (var (folder, reason) in ((string, string)[])
        [
            ("other", $"{_folder.File("other")} does not keep the bytes of the cluster orleans-uploads: its mark 'folder-mark' is "),
            ("missing", "there is no mark"),
        ])
        {
            var report = await ClusterCheck.RunAsync(silo.With(VariableOf(nameof(SiloSettings.PartsFolder)), _folder.File(folder)));
            Assert.Equal((2, 0), (report.ExitCode, report.Damage.Count));
            Assert.Contains(reason, ClusterCheck.Text(report.Document, "reason"), StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_lost_history_is_noticed_by_those_that_refer_to_it()
    {
        var (silo, archive, upload) = await stopped.TakeAsync();
        await PostgresServer.ExecuteAsync(
            silo.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!,
            string.Join("; ", ((string[])["uploads_record", "uploads_snapshot", "uploads_wake"]).Select(
                table => $"DELETE FROM {table} WHERE stream = '{PostgresTables.StreamOf(upload)}'")));

        var found = Assert.Single((await ClusterCheck.RunAsync(silo)).Damage);

        Assert.Equal(("index", archive), (ClusterCheck.Text(found, "kind"), ClusterCheck.Text(found, "archive")));
    }

    [Fact]
    public async Task An_unreadable_history_is_damage_and_the_check_goes_on()
    {
        var (silo, _, upload) = await stopped.TakeAsync();
        await PostgresServer.ExecuteAsync(
            silo.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!,
            $"UPDATE uploads_record SET payload = 'rubbish' WHERE stream = '{PostgresTables.StreamOf(upload)}'");

        var report = await ClusterCheck.RunAsync(silo);

        Assert.Equal(1, report.ExitCode);
        Assert.Single(report.Damage, found => ClusterCheck.Text(found, "kind") == "history" && ClusterCheck.Text(found, "upload") == upload);
        Assert.True(report.Count("parts") > 0, "Nothing else was checked.");
    }

    [Fact]
    public async Task An_interrupted_check_resumes_where_it_stopped()
    {
        var (silo, _, upload) = await stopped.TakeAsync();
        await PostgresServer.ExecuteAsync(
            silo.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!,
            $"""
            UPDATE uploads_record SET payload = 'rubbish' WHERE stream = (
                SELECT max(stream) FROM uploads_record
                WHERE stream LIKE '{PostgresTables.StreamOf("%")}' AND stream <> '{PostgresTables.StreamOf(upload)}')
            """);
        var position = _folder.File("position");

        // Its history, and the index that refers to it, are checked within seconds. The bytes of the tape would take a minute at this rate.
        await using (var process = silo.Run("check", "--limit=40KiB/s", "--resume", position))
        {
            Assert.NotNull(await process.WaitForLineAsync("damaged: ", TimeSpan.FromMinutes(2)));
            process.Terminate();
            Assert.Equal(2, await process.WaitForExitAsync(TimeSpan.FromSeconds(30)));
            Assert.Contains($"Run the same command again to continue from {position}.", process.Error, StringComparison.Ordinal);
        }

        var other = await ClusterCheck.RunAsync(silo, "--deep", "--resume", position);
        Assert.Equal(2, other.ExitCode);
        var rest = await ClusterCheck.RunAsync(silo, "--resume", position);

        Assert.Equal((1, 2), (rest.ExitCode, rest.Count("damaged")));
        Assert.InRange(rest.Damage.Count, 0, 1);
        Assert.False(File.Exists(position), "The check has finished and left its file.");
    }

    [Theory]
    [InlineData("deploy/systemd/orleans-uploads-check.service")]
    [InlineData("docs/cluster.md")]
    public void What_schedules_a_check_uses_options_of_the_command(string file)
    {
        var line = File.ReadLines(Path.Combine(Repository.Root, file)).Single(
            static line => line.Contains("/orleans-uploads-silo check --", StringComparison.Ordinal));

        var commandLine = SiloCommandLine.Parse(line[line.IndexOf(" check ", StringComparison.Ordinal)..].Trim().Split(' '));

        Assert.Equal("check", commandLine.CommandResult.Command.Name);
        Assert.Empty(commandLine.Errors);
    }

    [Theory]
    [InlineData("--limit is 'fast'", "check", "--limit", "fast")]
    [InlineData("missing for option: '--resume'", "check", "--resume")]
    [InlineData("'--dep' is neither a command nor an option", "check", "--dep")]
    public async Task Wrong_options_end_with_the_exit_code_of_a_check_that_did_not_begin(string problem, params string[] arguments)
    {
        Assert.Contains(problem, await RunningSilo.RefuseAsync(RunningSilo.With(), arguments), StringComparison.Ordinal);
        Assert.Equal(2, SiloCommandLine.FailureCodeOf(SiloCommandLine.Parse(arguments)));
    }

    /// <summary>Starts a silo, and stops it when it has an archive of three parts and an object.</summary>
    private static async Task<(SiloStart Silo, string Archive, string Upload)> FillAsync(SiloStart silo)
    {
        await using var cluster = await RunningSilo.StartAsync(silo);
        using var client = await cluster.ConnectAsync("tape");
        var upload = await client.InitiateMultipartUploadAsync("tape", Archives.MiB);
        for (var at = 0; at < Tape.Length; at += Archives.MiB)
        {
            await client.UploadPartAsync("tape", upload, at, HashedBody.Of(Tape.AsMemory(at, Math.Min(Archives.MiB, Tape.Length - at))));
        }

        var archive = await client.CompleteMultipartUploadAsync("tape", upload, Tape.Length, HashedBody.Of(Tape).TreeHash);
        await client.UploadArchiveAsync("tape", HashedBody.Of(Archives.Bytes(1000, seed: 5)));
        using var s3 = new S3Calls(cluster);
        await s3.SendAsync(HttpMethod.Put, "/pictures", []);
        await s3.SendAsync(HttpMethod.Put, "/pictures/a/b.jpg", Archives.Bytes(300_000, seed: 6));

        await s3.SendAsync(HttpMethod.Put, "/beef", []);
        await s3.SendAsync(HttpMethod.Put, "/beef/steak", [1, 2, 3]);
        await cluster.StopAsync();
        return (silo, archive.ArchiveId, upload);
    }

    private async Task<SiloStart> OnAzureAsync() => new(RunningSilo.OnAzure(await azurite.CreateClusterAsync(), _folder.Data));

    private static async Task<IReadOnlyList<string>> KeysAsync(S3Calls s3) => await s3.ListAsync($"/{S3Calls.Bucket}?list-type=2", "Key");

    private static Task<string?> DigestOfRowsAsync(SiloStart silo) => PostgresServer.QueryAsync(
        silo.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!,
        "SELECT md5(string_agg(row, ',' ORDER BY row)) FROM ("
            + string.Join(" UNION ALL ", PostgresTables.All.Select(static table => $"SELECT t::text || t.xmin::text AS row FROM {table} t"))
            + ") rows");

    private static string[] Files(string parts, string upload, string pattern) =>
    [
        .. Directory.GetDirectories(parts, upload, SearchOption.AllDirectories)
            .SelectMany(folder => Directory.GetFiles(folder, pattern)).Order(StringComparer.Ordinal),
    ];

    private static void Flip(string file)
    {
        using var stream = File.Open(file, FileMode.Open);
        stream.Position = 60;
        var value = stream.ReadByte();
        stream.Position--;
        stream.WriteByte((byte)(value ^ 1));
    }

    /// <summary>A cluster on PostgreSQL whose silo has stored an archive and objects, and has stopped.</summary>
    public sealed class StoppedCluster(PostgresServer postgres) : IDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private (SiloStart Silo, string Archive, string Upload)? _filled;

        public void Dispose() => _folder.Dispose();

        /// <summary>Returns the cluster in the state in which its silo stopped, and undoes what earlier tests changed.</summary>
        internal async Task<(SiloStart Silo, string Archive, string Upload)> TakeAsync()
        {
            if (_filled is { } filled)
            {
                await PostgresServer.ExecuteAsync(
                    filled.Silo.Environment[VariableOf(nameof(SiloSettings.ConnectionString))]!,
                    PostgresTables.ForAll(static table => $"TRUNCATE {table}; INSERT INTO {table} SELECT * FROM kept_{table}"));
                Directory.Delete(_folder.Data, recursive: true);
                await CopyAsync(_folder.File("kept"), _folder.Data);
                return filled;
            }

            var database = await postgres.CreateDatabaseAsync();
            filled = await FillAsync(new SiloStart(RunningSilo.OnPostgres(database, _folder.Data)));
            await PostgresServer.ExecuteAsync(database, PostgresTables.ForAll(static table => $"CREATE TABLE kept_{table} AS TABLE {table}"));
            await CopyAsync(_folder.Data, _folder.File("kept"));
            _filled = filled;
            return filled;
        }

        private static async Task CopyAsync(string from, string to)
        {
            await using var copy = CapturedProcess.Start("cp", ["-a", from, to], []);
            Assert.True(await copy.WaitForExitAsync(TimeSpan.FromMinutes(1)) == 0, copy.ToString());
        }
    }
}
