using OrleansUploads.TestKit.Documents;

namespace OrleansUploads.EndToEnd.Tests.Documents;

/// <summary>The recipes of docs/howto.md work as printed.</summary>
[Campaign]
public sealed class HowtoTests : IDisposable
{
    private static readonly TimeSpan TimeLimit = TimeSpan.FromMinutes(5);
    private static readonly CommandDocument Howto = CommandDocument.Read("docs/howto.md");

    private readonly TemporaryFolder _home = new();

    /// <summary>Each recipe, in a slice of its own as far as there are enough.</summary>
    public static IEnumerable<TheoryDataRow<string>> Recipes => Howto.Sections.Keys.Select(static (heading, number) =>
        new TheoryDataRow<string>(heading).WithTrait(SliceAttribute.Name, $"{number % SliceAttribute.Count}"));

    public void Dispose() => _home.Dispose();

    [Theory]
    [MemberData(nameof(Recipes))]
    public async Task A_recipe_works_alone_as_printed(string heading)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var shell = new DocumentShell(_home);
        await shell.InstallAsync();

        var output = await shell.RunAsync(Howto.Preamble + Howto.Sections[heading], TimeLimit);

        if (Expected.TryGetValue(heading, out var expected))
        {
            Assert.Contains(expected, output, StringComparison.Ordinal);
        }
    }

    [Fact, Slice(6)]
    public async Task The_recipes_work_one_after_another()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        var shell = new DocumentShell(_home);
        await shell.InstallAsync();

        var output = await shell.RunAsync(Howto.Preamble + string.Join('\n', Howto.Sections.Values), TimeLimit);

        Assert.All(Expected.Values, expected => Assert.Contains(expected, output, StringComparison.Ordinal));
    }

    /// <summary>What shows that a recipe had its effect, besides the exit codes of its commands.</summary>
    private static Dictionary<string, string> Expected { get; } = new()
    {
        ["Upload parts by hand"] = "archiveId",
        ["Keep a folder in a vault"] = "the tar is back",
        ["Copy a folder with rclone"] = "10000000 holiday.tar",
        ["Back up a folder with restic"] = "restored, identical",
        ["Keep large files of a git repository with git-annex"] = "back from the bucket",
        ["Let a second account into a vault"] = "refused, as it should be",
        ["Serve HTTPS with your own authority"] = "\"VaultName\": \"photos\"",
        ["Protect archives from deletion (WORM)"] = "Locked",
        ["Get a notification when a job has finished"] = "\"Type\":\"Notification\"",
        ["Back up, and restore"] = "holiday.tar",
        ["Deal with a full disk"] = "\"dataFolder\"",
        ["Let Prometheus read the metrics"] = "orleansuploads_connections{",
    };

    /// <summary>The commands of each row in the table of roles. All of them work, or none.</summary>
    private static Dictionary<string, string[]> Clients { get; } = new()
    {
        ["`orleans-uploads upload FILE`, `--tar`, `-`"] =
        [
            "orleans-uploads upload $ROLE/new --vault photos",
            "orleans-uploads upload $ROLE --tar --vault photos",
            "orleans-uploads upload - --vault photos < holiday.tar",
        ],
        ["`orleans-uploads upload FOLDER`"] = ["orleans-uploads upload $ROLE --vault photos"],
        ["`orleans-uploads upload --skip-existing`"] = ["orleans-uploads upload $ROLE/new --skip-existing --vault photos"],
        ["`orleans-uploads archive list`, `download`"] =
            ["orleans-uploads archive list --vault photos", "orleans-uploads download upload/new --vault photos -o $ROLE/from-vault"],
        ["`aws s3 cp`, `rclone copy` of files that the bucket does not have"] =
            ["aws s3 cp holiday.tar s3://pictures/$ROLE.tar --endpoint-url http://127.0.0.1:9400", "rclone copy Pictures ours:pictures/$ROLE"],
        ["`aws s3 cp`, `rclone copy` of files that have changed"] =
            ["aws s3 cp holiday.tar s3://pictures/holiday.tar --endpoint-url http://127.0.0.1:9400", "rclone copy Changed ours:pictures"],
        ["`aws s3 cp`, `rclone copy` from the bucket"] =
            ["aws s3 cp s3://pictures/holiday.tar $ROLE/from-aws --endpoint-url http://127.0.0.1:9400", "rclone copy ours:pictures/holiday.tar $ROLE"],
        ["`rclone sync` to the bucket"] = ["rclone sync Empty ours:pictures/upload"],
        ["restic"] = ["export RESTIC_PASSWORD=a; timeout 30 restic init --no-cache && timeout 30 restic backup Pictures --no-cache"],
    };

    [Fact, Slice(2)]
    public async Task A_client_works_with_the_roles_that_the_table_names()
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "The commands are for a POSIX shell.");
        string[] roles = ["upload", "read", "admin"];
        var rows = Documentation.Rows("howto.md").Where(static row => row is [not ("" or "---"), _, _, _]).ToList();
        Assert.Equal(Clients.Keys, rows.Select(static row => row[0]));
        var shell = new DocumentShell(_home);
        await shell.InstallAsync();

        var output = await shell.RunAsync(
            $$"""
            {{Howto.Preamble}}
            {{Howto.Sections["Copy a folder with rclone"]}}
            export AWS_MAX_ATTEMPTS=1 RCLONE_RETRIES=1 RCLONE_LOW_LEVEL_RETRIES=1
            try() {
                if (eval "$2") > log 2>&1; then echo "$1 yes"; else echo "$1 no"; tail -n 2 log; fi
            }
            mkdir Changed Empty
            head -c 99 /dev/urandom > Changed/holiday.tar
            """ + string.Concat(roles.Select(role => $"""

            mkdir {role}
            head -c 99 /dev/urandom > {role}/new
            export ROLE={role} RESTIC_REPOSITORY=s3:http://127.0.0.1:9400/pictures/restic-{role}
            eval "$(orleans-uploads keys add --data ~/uploads --role {role} | sed -n 's/^AWS/export AWS/p')"
            """ + string.Concat(Clients.Values.SelectMany((commands, row) => commands.Select(
                command => $"\ntry '{row} {role}' '{command}'"))))),
            TimeLimit);

        var found = output.Split('\n').Distinct().ToHashSet();
        Assert.All(rows.Index(), row => Assert.All(roles.Index(), role =>
        {
            var (works, other) = row.Item[role.Index + 1].StartsWith("yes", StringComparison.Ordinal) ? ("yes", "no") : ("no", "yes");
            Assert.True(
                found.Contains($"{row.Index} {role.Item} {works}") && !found.Contains($"{row.Index} {role.Item} {other}"),
                $"{row.Item[0]}, {role.Item}: {output}");
        }));
    }

    [Theory]
    [InlineData("Copy a folder with rclone", "rclone")]
    [InlineData("Back up a folder with restic", "restic")]
    [InlineData("Keep large files of a git repository with git-annex", "git", "git-annex")]
    [InlineData("Serve HTTPS with your own authority", "openssl")]
    public void A_recipe_is_skipped_where_its_program_is_missing(string heading, params string[] programs)
    {
        Assert.Subset(DocumentShell.ClientsIn(Howto.Sections[heading]).ToHashSet(), programs.ToHashSet());
    }

    [Fact]
    public void Each_expectation_is_about_a_recipe() => Assert.Empty(Expected.Keys.Except(Howto.Sections.Keys));
}
