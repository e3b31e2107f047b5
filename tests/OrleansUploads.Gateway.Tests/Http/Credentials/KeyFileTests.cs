using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using OrleansUploads.Gateway.Http.Credentials;
using OrleansUploads.TestKit.PartStores;

namespace OrleansUploads.Gateway.Tests.Http.Credentials;

public sealed class KeyFileTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("keys-").FullName;
    private readonly KeyFile _file;
    private readonly ManualTime _time = new();

    public KeyFileTests() => _file = KeyFile.InFolder(_folder);

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Replacing_a_mounted_secret_takes_effect()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Kubernetes mounts secrets this way only on Linux.");

        // Kubernetes mounts keys.json as a link through a directory link, and replaces only the directory link.
        Write("version-1", "AKIAFIRST00000000000", new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc));
        Write("version-2", "AKIASECOND0000000000", new DateTime(2026, 1, 2, 0, 0, 0, DateTimeKind.Utc));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "current"), "version-1");
        File.CreateSymbolicLink(Path.Combine(_folder, "keys.json"), "current/keys.json");
        var store = Open();
        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));

        Directory.Delete(Path.Combine(_folder, "current"));
        Directory.CreateSymbolicLink(Path.Combine(_folder, "current"), "version-2");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.FindAsync("AKIASECOND0000000000", default));
        Assert.Null(await store.FindAsync("AKIAFIRST00000000000", default));
    }

    [Fact]
    public void A_secret_is_written_as_it_is_typed()
    {
        const string Secret = "a+b/c=d'e&f<g>";
        _file.Change(pairs => [.. pairs, KeyPair.Create("000000000001", _time.GetUtcNow()) with { SecretAccessKey = Secret }]);
        Assert.Contains($"\"{Secret}\"", File.ReadAllText(Path.Combine(_folder, "keys.json")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_new_key_is_known_at_once()
    {
        var store = Open();
        foreach (var _ in Enumerable.Range(0, 3))
        {
            var added = KeyPair.Create("000000000001", _time.GetUtcNow());
            Assert.Null(await store.FindAsync(added.AccessKeyId, default));

            _file.Change(pairs => [.. pairs, added]);

            Assert.Equal(added.AccessKeyId, (await store.FindAsync(added.AccessKeyId, default))?.AccessKeyId);
        }
    }

    [Fact]
    public async Task An_unknown_key_does_not_remove_the_keys_of_a_file_that_is_missing_for_a_moment()
    {
        Write("", "AKIAFIRST00000000000", DateTime.UnixEpoch);
        var store = Open();
        File.Move(_file.Path, _file.Path + "~");
        foreach (var _ in Enumerable.Range(0, 3))
        {
            Assert.Null(await store.FindAsync("AKIASECOND0000000000", default));
        }

        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));
    }

    [Fact]
    public async Task Removing_a_key_takes_effect_even_if_the_file_keeps_its_time_and_length()
    {
        var at = new DateTime(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
        Write("", "AKIAFIRST00000000000", at);
        var length = new FileInfo(_file.Path).Length;
        var store = Open();
        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));

        Write("", "AKIASECOND0000000000", at);
        Assert.Equal(length, new FileInfo(_file.Path).Length);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.Null(await store.FindAsync("AKIAFIRST00000000000", default));
    }

    [Fact]
    public async Task Concurrent_requests_look_at_the_file_once_so_one_that_is_missing_for_a_moment_keeps_its_keys()
    {
        Write("", "AKIAFIRST00000000000", DateTime.UnixEpoch);
        var time = new InterruptedTime();
        var store = Open(time);
        File.Move(_file.Path, _file.Path + "~");
        time.Advance(TimeSpan.FromSeconds(1));

        // Another request looks at the file after this one has decided to.
        time.BeforeNextTimestamp = () => Assert.NotNull(Find());

        Assert.NotNull(Find());
        Assert.Null(time.BeforeNextTimestamp);

        Credential? Find() => store.FindAsync("AKIAFIRST00000000000", default).AsTask().GetAwaiter().GetResult();
    }

    [Fact]
    [Promise("operations.md", "keys.json is missing")]
    public async Task A_file_that_is_missing_for_a_moment_keeps_its_keys_and_a_removed_one_does_not()
    {
        Write("", "AKIAFIRST00000000000", DateTime.UnixEpoch);
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var store = new KeyFileCredentialStore(_file, null, _time, loggers.CreateLogger<KeyFileCredentialStore>());

        File.Move(_file.Path, _file.Path + "~");
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));

        File.Move(_file.Path + "~", _file.Path);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));

        File.Delete(_file.Path);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Null(await store.FindAsync("AKIAFIRST00000000000", default));
        Assert.Contains($"{_file.Path} is missing", Assert.Single(await log.ReadThroughAsync("is missing")), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_damaged_file_is_logged_once_with_one_reason_and_the_keys_read_before_stay_valid()
    {
        Write("", "AKIAFIRST00000000000", DateTime.UnixEpoch);
        using var log = new LogLines();
        using var loggers = LoggerFactory.Create(logging => logging.AddProvider(log));
        var store = new KeyFileCredentialStore(_file, null, _time, loggers.CreateLogger<KeyFileCredentialStore>());

        File.WriteAllText(_file.Path, "{");
        for (var look = 0; look < 4; look++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));
        }

        var line = Assert.Single(await log.ReadThroughAsync("stay valid"));
        Assert.Contains("is not a key file", line, StringComparison.Ordinal);
        Assert.Contains("Restore it from a backup", line, StringComparison.Ordinal);
        Assert.DoesNotContain("Cause:", line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_file_that_is_too_large_is_not_read_and_the_keys_read_before_stay_valid()
    {
        Write("", "AKIAFIRST00000000000", DateTime.UnixEpoch);
        var store = Open();
        using (var grown = new FileStream(_file.Path, FileMode.Open))
        {
            grown.SetLength(65 << 20);
        }

        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));
        Assert.Contains("more than 64 MiB", Assert.Throws<InvalidDataException>(_file.Read).Message, StringComparison.Ordinal);
    }

    /// <summary>The owner of the folder could otherwise let root open, give away or copy a file of root's.</summary>
    [Theory]
    [InlineData("keys.json")]
    [InlineData("keys.json.new")]
    [InlineData("keys.lock")]
    public void A_link_in_place_of_a_file_is_refused_and_what_it_leads_to_stays_as_it_is(string name)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Links need rights there.");
        var secret = Path.Combine(_folder, "secret");
        Directory.CreateDirectory(Path.Combine(_folder, "data"));
        new KeyFile(secret).Change(_ => [KeyPair.Create("000000000001", _time.GetUtcNow())]);
        var before = File.ReadAllText(secret);
        var link = Path.Combine(_folder, "data", name);
        File.CreateSymbolicLink(link, secret);

        var refusal = Assert.Throws<IOException>(() => KeyFile.InFolder(Path.Combine(_folder, "data")).Change(keys => [.. keys]));

        Assert.StartsWith($"{link} is a symbolic link", refusal.Message, StringComparison.Ordinal);
        Assert.Equal(before, File.ReadAllText(secret));
        Assert.Equal([link], Directory.EnumerateFileSystemEntries(Path.Combine(_folder, "data")));
    }

    [Fact]
    public void A_key_file_changed_by_root_belongs_to_the_owner_of_the_folder()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux() && Environment.IsPrivilegedProcess, "Only root can give files to another user.");
        Run("chown", "10001:10002", _folder);

        _file.Change(_ => [KeyPair.Create("000000000001", _time.GetUtcNow())]);

        Assert.Equal(
            "10001:10002\n10001:10002\n",
            Run("stat", "--format=%u:%g", Path.Combine(_folder, "keys.json"), Path.Combine(_folder, "keys.lock")));
    }

    [Fact]
    public void A_change_waits_until_another_process_has_made_its_own()
    {
        var path = Path.Combine(_folder, "keys.json");
        using var held = new FileStream(Path.Combine(_folder, "keys.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        var waits = 0;

        new KeyFile(path, pause: _ =>
        {
            if (++waits == 3)
            {
                held.Dispose();
            }
        }).Change(_ => [KeyPair.Create("000000000001", _time.GetUtcNow())]);

        Assert.Equal(3, waits);
        Assert.Single(_file.Read());
    }

    [Fact]
    public void A_change_that_cannot_begin_names_the_file()
    {
        var path = Path.Combine(_folder, "keys.json");
        using var held = new FileStream(Path.Combine(_folder, "keys.lock"), FileMode.CreateNew, FileAccess.ReadWrite, FileShare.None);
        var waited = TimeSpan.Zero;

        var fault = Assert.Throws<IOException>(() => new KeyFile(path, pause: time => waited += time).Change(pairs => pairs));

        Assert.Equal($"Another process has been changing {path} for 10 seconds. Try again when it is done.", fault.Message);
        Assert.InRange(waited, TimeSpan.FromSeconds(9), TimeSpan.FromSeconds(10));
    }

    [Fact]
    public void A_key_file_without_scopes_is_read_as_keys_without_limits()
    {
        File.WriteAllText(
            _file.Path,
            """
            {
              "keys": [
                {
                  "accessKeyId": "OUOLDFORMOLDFORMOLDF",
                  "secretAccessKey": "0123456789012345678901234567890123456789",
                  "account": "000000000001",
                  "createdAt": "2026-01-01T12:00:00+00:00"
                }
              ]
            }
            """);

        var pair = Assert.Single(_file.Read());

        Assert.Equal("OUOLDFORMOLDFORMOLDF", pair.AccessKeyId);
        Assert.True(pair.Scope.IsUnlimited);
    }

    [Fact]
    public void A_key_with_a_scope_is_stored_where_older_versions_do_not_find_it()
    {
        var limited = KeyPair.Create("000000000001", Some.Noon) with { Scope = new KeyScope(KeyRole.Upload, ["photos"]) };
        _file.Change(_ => [limited, KeyPair.Create("000000000001", Some.Noon)]);

        var read = _file.Read();
        using var document = JsonDocument.Parse(File.ReadAllBytes(_file.Path));

        Assert.True(read[0].Scope.IsUnlimited);
        Assert.Equal("upload of photos", read[1].Scope.ToString());
        Assert.Equal(limited.SecretAccessKey, read[1].SecretAccessKey);
        Assert.Equal(1, document.RootElement.GetProperty("keys").GetArrayLength());
        Assert.Equal(1, document.RootElement.GetProperty("scopedKeys").GetArrayLength());
    }

    [Theory]
    [InlineData("""{}""", "no list 'keys'")]
    [InlineData("""{"Keys":[]}""", "no list 'keys'")]
    [InlineData("""{"keys":null}""", "no list 'keys'")]
    [InlineData("""{"keys":[null]}""", "accessKeyId")]
    [InlineData("""{"keys":[{"secretAccessKey":"s","account":"000000000001"}]}""", "accessKeyId")]
    [InlineData("""{"keys":[{"accessKeyId":"AKIA","account":"000000000001"}]}""", "AKIA has no secretAccessKey")]
    [InlineData("""{"keys":[{"accessKeyId":"AKIA","secretAccessKey":"","account":"000000000001"}]}""", "AKIA has no secretAccessKey")]
    [InlineData("""{"keys":[],"scopedKeys":[null]}""", "accessKeyId")]
    [InlineData("""{"keys":[],"scopedKeys":[{"accessKeyId":"AKIA","account":"000000000001","role":"read"}]}""", "AKIA has no secretAccessKey")]
    [InlineData(
        """{"keys":[],"scopedKeys":[{"accessKeyId":"AKIA","secretAccessKey":"s","account":"000000000001","role":"reader"}]}""",
        "'reader', which this version does not know. Use one of admin, read, upload, node.")]
    [Promise("operations.md", "keys.json is damaged")]
    public async Task A_file_with_an_incomplete_key_is_refused_and_the_keys_read_before_stay_valid(string content, string problem)
    {
        Write("", "AKIAFIRST00000000000", DateTime.UnixEpoch);
        var store = Open();
        File.WriteAllText(_file.Path, content);
        _time.Advance(TimeSpan.FromSeconds(1));

        Assert.NotNull(await store.FindAsync("AKIAFIRST00000000000", default));
        var refused = Assert.Throws<InvalidDataException>(_file.Read);
        Assert.StartsWith($"{_file.Path} is not a key file: ", refused.Message, StringComparison.Ordinal);
        Assert.Contains(problem, refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"keys":[{"accessKeyId":"AKIA","secretAccessKey":"s","account":"000000000001","role":"read"}]}""", "role")]
    [InlineData(
        """{"keys":[],"scopedKeys":[{"accessKeyId":"AKIA","secretAccessKey":"s","account":"000000000001","role":"read","vault":["a"]}]}""",
        "vault")]
    public void A_limit_that_would_be_ignored_is_refused(string content, string member)
    {
        File.WriteAllText(_file.Path, content);

        var refused = Assert.Throws<InvalidDataException>(_file.Read);

        Assert.Contains($".{member} is unknown", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("keys.json.new")]
    [InlineData("")]
    public void A_change_fails_unless_both_the_file_and_its_folder_are_flushed(string failing)
    {
        const int inputOutputError = 5;
        var flush = new FaultyFlush();
        var file = new KeyFile(Path.Combine(_folder, "keys.json"), flush);
        var path = Path.TrimEndingDirectorySeparator(Path.Combine(_folder, failing));
        file.Change(_ => [KeyPair.Create("000000000001", Some.Noon)]);
        Assert.Equal([Path.Combine(_folder, "keys.json.new"), _folder], flush.Asked.TakeLast(2));

        flush.Fail(inputOutputError, asked => asked == path);
        Assert.Throws<FlushFailedException>(() => file.Change(pairs => [.. pairs, KeyPair.Create("000000000002", Some.Noon)]));
    }

    private KeyFileCredentialStore Open(TimeProvider? time = null) =>
        new(_file, null, time ?? _time, NullLogger<KeyFileCredentialStore>.Instance);

    private static string Run(string program, params string[] arguments)
    {
        using var process = Process.Start(new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true })!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.Equal(0, process.ExitCode);
        return output;
    }

    private void Write(string version, string accessKeyId, DateTime changedAt)
    {
        var file = KeyFile.InFolder(Path.Combine(_folder, version));
        // A fixed secret keeps the file's length constant: a random one may contain characters that JSON escapes.
        file.Change(_ =>
        [
            KeyPair.Create("000000000001", Some.Noon) with { AccessKeyId = accessKeyId, SecretAccessKey = new string('s', 40) },
        ]);
        File.SetLastWriteTimeUtc(file.Path, changedAt);
    }

    /// <summary>A clock that lets something else happen at the moment when it is read.</summary>
    private sealed class InterruptedTime : TimeProvider
    {
        private long _timestamp;

        public Action? BeforeNextTimestamp { get; set; }

        public void Advance(TimeSpan by) => _timestamp += (long)(by.TotalSeconds * TimestampFrequency);

        public override long GetTimestamp()
        {
            var interruption = BeforeNextTimestamp;
            BeforeNextTimestamp = null;
            interruption?.Invoke();
            return _timestamp;
        }
    }
}
