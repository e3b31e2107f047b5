using OrleansUploads.Cli.CommandLine;

namespace OrleansUploads.EndToEnd.Tests.CommandLines;

public sealed class FileFaultTests
{
    [Fact]
    public void A_part_of_the_program_that_the_limit_of_open_files_hides_is_not_called_a_missing_file()
    {
        // The runtime says this if a process with 'ulimit -n 64' loads its next assembly.
        var fault = new FileNotFoundException("Could not load.", "Microsoft.AspNetCore, Version=10.0.0.0, Culture=neutral");

        Assert.StartsWith(
            "Microsoft.AspNetCore cannot be loaded. If this process may open only a few files", FileFault.Describe(fault), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_program_without_its_library_is_reported_and_its_command_fails()
    {
        var fault = new TypeInitializationException("Sqlite", new DllNotFoundException("Unable to load shared library 'e_sqlite3'."));

        Assert.StartsWith("A library of the program cannot be loaded.", FileFault.Describe(fault), StringComparison.Ordinal);
        Assert.Equal(1, await CommandRunner.RunAsync(() => throw fault));
    }

    [Fact]
    public void Another_file_is_named() =>
        Assert.Equal("The file /tmp/a does not exist.", FileFault.Describe(new FileNotFoundException("", "/tmp/a")));

    [Fact]
    public async Task A_place_that_takes_no_files_or_folders_is_named_with_what_to_change()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "Only Linux has /proc.");
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(Path.Combine(folder.Data, "parts"));

        (await CommandLine.RunAsync("demo", "--folder", "/proc")).ExpectOneLine(
            "Nothing can be written to /proc: it takes no new files. Name another place with --folder.");
        (await CommandLine.RunAsync("parts", "copy", folder.Data, "/proc/copy")).ExpectOneLine(
            "The folder /proc/copy cannot be created: /proc takes no new folders. Name another one with the argument 'to'.");
    }

    [Fact]
    public void A_full_disk_is_said_with_the_remedy() => Assert.Equal(
        "No space left on device : '/tmp/a'. Free space on that disk, or use another one.",
        FileFault.Describe(new IOException("No space left on device : '/tmp/a'", hresult: 28)));
}
