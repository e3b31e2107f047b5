using System.Text.RegularExpressions;
using OrleansUploads.Signing;

namespace OrleansUploads.Silo.Tests.Serving;

/// <summary>What clients and operators read about requests that two silos carry out together, when the database refuses one and when it
/// accepts them.</summary>
public sealed partial class RefusedRequestTests(RefusedRequestTests.TwoSilosOfRole silos, PostgresServer postgres)
    : IClassFixture<RefusedRequestTests.TwoSilosOfRole>
{
    /// <summary>Enough that some of their entities are on each silo.</summary>
    private const int Requests = 16;

    /// <summary>So few that the silo logs each that fails, in all tests together.</summary>
    private const int LoggedRequests = 2;

    private const string Bucket = "/photos";

    [Theory]
    [InlineData(
        "REVOKE INSERT, UPDATE ON uploads_record FROM {user}",
        "GRANT INSERT, UPDATE ON uploads_record TO {user}",
        "permission denied for table uploads_record",
        "grant the user in the silos' connection string SELECT, INSERT, UPDATE and DELETE on the tables of the schema")]
    [InlineData(
        "REVOKE INSERT ON uploads_wake FROM {user}",
        "GRANT INSERT ON uploads_wake TO {user}",
        "permission denied for table uploads_wake",
        "grant the user in the silos' connection string SELECT, INSERT, UPDATE and DELETE on the tables of the schema")]
    [InlineData(
        "ALTER TABLE uploads_wake RENAME TO elsewhere",
        "ALTER TABLE elsewhere RENAME TO uploads_wake",
        "\"uploads_wake\" does not exist",
        "apply the schema of the silos to the database")]
    [InlineData(
        "CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$BEGIN RAISE EXCEPTION 'no space left' USING ERRCODE = '53100'; END$$; "
            + "CREATE TRIGGER refuse BEFORE INSERT OR UPDATE ON uploads_record EXECUTE FUNCTION refuse()",
        "DROP TRIGGER refuse ON uploads_record; DROP FUNCTION refuse()",
        "no space left",
        "free space on the disk of the database")]
    [Promise("cluster.md", "the database refuses writes")]
    public async Task A_write_that_the_database_refuses_has_changed_nothing_and_the_log_says_what_to_do(
        string begin, string end, string reason, string advice)
    {
        var (all, _) = await silos.Started;
        foreach (var id in await RefuseAsync(silos, LoggedRequests, begin, end))
        {
            var failed = $"{id} CreateMultipartUpload failed";
            await Eventually.BecomesTrueAsync(
                () => Task.FromResult(all[0].Log.Contains(failed, StringComparison.Ordinal)), "the silo has logged the failure");
            var line = all[0].Log.Split('\n').First(line => line.Contains(failed, StringComparison.Ordinal));
            Assert.Contains(reason, line, StringComparison.Ordinal);
            Assert.Contains(advice, line, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task The_faults_of_a_database_reach_other_silos_in_words_that_they_can_read()
    {
        await using var others = new TwoSilosOfRole(postgres);
        var (all, _) = await others.Started;
        await RefuseAsync(
            others, Requests, "REVOKE INSERT ON uploads_wake FROM {user}", "GRANT INSERT ON uploads_wake TO {user}");

        Assert.All(all, static silo =>
        {
            Assert.DoesNotContain("codec", silo.Log, StringComparison.OrdinalIgnoreCase);
            Assert.DoesNotContain("Npgsql.", silo.Log, StringComparison.Ordinal);
            Assert.DoesNotContain("   at ", silo.Log, StringComparison.Ordinal);
        });
    }

    [Fact]
    public async Task The_whole_ID_of_a_request_is_in_the_log_of_each_silo_that_takes_part()
    {
        var (all, _) = await silos.Started;
        using var calls = new Calls(all[0]);
        var ids = new HashSet<string>();
        await Eventually.BecomesTrueAsync(
            async () =>
            {
                // The grains of a bucket live together, on either silo.
                var bucket = $"{Bucket}-{ids.Count}";
                (await calls.SendAsync(HttpMethod.Put, bucket, [])).Dispose();
                using var answer = await calls.SendAsync(HttpMethod.Put, $"{bucket}/object", [1]);
                Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync());
                ids.Add(answer.Headers.GetValues("x-amz-request-id").Single());
                return IdsIn(all[1].Log).Overlaps(ids);
            },
            "the other silo takes part in a request and logs its ID");
        await Eventually.BecomesTrueAsync(
            () => Task.FromResult(ids.IsSubsetOf(IdsIn(all[0].Log))), "the silo that took the requests has logged all of them");
    }

    /// <summary>Begins uploads through the first silo while the database refuses what they need, and one more when it no longer does.</summary>
    /// <returns>The IDs of the requests that failed.</returns>
    private static async Task<IReadOnlyList<string>> RefuseAsync(TwoSilosOfRole silos, int requests, string begin, string end)
    {
        var (all, executeAsync) = await silos.Started;
        using var calls = new Calls(all[0]);
        (await calls.SendAsync(HttpMethod.Put, Bucket, [])).Dispose();
        var refused = new List<string>();
        await executeAsync(begin);
        try
        {
            for (var i = 0; i < requests; i++)
            {
                using var answer = await calls.SendAsync(HttpMethod.Post, $"{Bucket}/{Guid.NewGuid()}?uploads", []);
                var text = await answer.Content.ReadAsStringAsync();
                refused.Add(answer.Headers.GetValues("x-amz-request-id").Single());
                Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
                Assert.Contains("so the request was not carried out", text, StringComparison.Ordinal);
                Assert.DoesNotContain("does not know", text, StringComparison.Ordinal);
                Assert.Contains(refused[^1], text, StringComparison.Ordinal);
            }
        }
        finally
        {
            await executeAsync(end);
        }

        using var again = await calls.SendAsync(HttpMethod.Post, $"{Bucket}/{Guid.NewGuid()}?uploads", []);
        Assert.True(again.IsSuccessStatusCode, await again.Content.ReadAsStringAsync());
        return refused;
    }

    private static HashSet<string> IdsIn(string log) => [.. RequestIds().Matches(log).Select(static id => id.Value)];

    [GeneratedRegex("(?<![A-Za-z0-9_-])[A-Za-z0-9_-]{47}(?![A-Za-z0-9_-])")]
    private static partial Regex RequestIds();

    private sealed class Calls(RunningSilo silo) : IDisposable
    {
        private readonly HttpClient _http = new(new SocketsHttpHandler { UseProxy = false });
        private readonly SignedRequests _requests = silo.SignS3();

        public async Task<HttpResponseMessage> SendAsync(HttpMethod method, string target, byte[] body)
        {
            using var content = new ByteArrayContent(body);
            using var request = _requests.Create(method, target, PayloadModes.NotSigned, content);
            return await _http.SendAsync(request);
        }

        public void Dispose() => _http.Dispose();
    }

    /// <summary>Two silos that log which entity each request asks. Their user owns nothing, as when another role has applied the
    /// schema.</summary>
    public sealed class TwoSilosOfRole : IAsyncDisposable
    {
        private readonly TemporaryFolder _folder = new();
        private readonly Lazy<Task<(IReadOnlyList<RunningSilo> Silos, Func<string, Task> ExecuteAsync)>> _started;

        public TwoSilosOfRole(PostgresServer postgres) => _started = new(async () =>
        {
            var database = await postgres.CreateDatabaseAsync();
            var user = $"silo_{Guid.NewGuid():N}";
            await PostgresServer.ExecuteAsync(
                database, $"CREATE ROLE {user} LOGIN; GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA public TO {user}");
            var settings = new NpgsqlConnectionStringBuilder(database) { Username = user };
            var all = await RunningSilo.StartAllAsync(Enumerable.Range(0, 2).Select(_ =>
                new SiloStart(RunningSilo.OnPostgres(settings.ConnectionString, _folder.Data))
                    .With("Logging__LogLevel__OrleansUploads.Cluster", "Debug")));
            return (all, statements => PostgresServer.ExecuteAsync(
                database, statements.Replace("{user}", user, StringComparison.Ordinal)));
        });

        /// <summary>The silos, and what executes statements of the owner of the database. In them, {user} is the user of the silos.</summary>
        internal Task<(IReadOnlyList<RunningSilo> Silos, Func<string, Task> ExecuteAsync)> Started => _started.Value;

        public async ValueTask DisposeAsync()
        {
            if (_started is { IsValueCreated: true, Value.IsCompletedSuccessfully: true })
            {
                foreach (var silo in (await _started.Value).Silos)
                {
                    await silo.DisposeAsync();
                }
            }

            _folder.Dispose();
        }
    }
}
