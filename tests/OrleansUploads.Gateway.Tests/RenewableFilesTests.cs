namespace OrleansUploads.Gateway.Tests;

public sealed class RenewableFilesTests
{
    private readonly ManualTime _time = new();
    private readonly List<string?> _reports = [];
    private readonly List<string> _renewals = [];
    private byte[] _content = "first"u8.ToArray();
    private int _reads;

    [Fact]
    public void New_content_is_loaded_once_a_second_has_passed()
    {
        var files = Open();
        _content = "second"u8.ToArray();
        Assert.Equal("first", files.Current);
        Assert.Equal(1, _reads);

        Assert.Equal("second", Later(files));
        Assert.Equal("second", Later(files));
        Assert.Equal(["second"], _renewals);
        Assert.Equal(3, _reads);
    }

    [Fact]
    public void What_cannot_be_loaded_at_two_looks_is_reported_once_and_the_content_from_before_stays()
    {
        var files = Open();
        _content = "bad"u8.ToArray();
        Assert.Equal("first", Later(files));
        Assert.Null(files.Problem);

        Assert.Equal("first", Later(files));
        Assert.Equal("first", Later(files));
        Assert.Equal(["It is bad."], _reports);
        Assert.Equal("It is bad.", files.Problem);

        _content = "second"u8.ToArray();
        Assert.Equal("second", Later(files));
        Later(files);
        Assert.Equal(["It is bad.", null], _reports);
        Assert.Null(files.Problem);
    }

    [Fact]
    public void What_is_wrong_for_a_moment_is_not_reported()
    {
        var files = Open();
        _content = "bad"u8.ToArray();
        Later(files);
        _content = "first"u8.ToArray();
        Later(files);
        _content = "bad"u8.ToArray();
        Later(files);

        Assert.Empty(_reports);
        Assert.Empty(_renewals);
    }

    private RenewableFiles<string> Open() => new(Read, Load, _time)
    {
        Reported = problem => _reports.Add(problem?.Message),
        Renewed = _renewals.Add,
    };

    private string Later(RenewableFiles<string> files)
    {
        _time.Advance(TimeSpan.FromSeconds(1));
        return files.Current;
    }

    private byte[]?[] Read()
    {
        _reads++;
        return [_content];
    }

    private static string Load(byte[]?[] contents) =>
        Encoding.UTF8.GetString(contents[0]!) is not "bad" and var text ? text : throw new InvalidDataException("It is bad.");
}
