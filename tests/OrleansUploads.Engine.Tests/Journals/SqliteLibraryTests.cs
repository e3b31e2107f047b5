namespace OrleansUploads.Engine.Tests.Journals;

public sealed class SqliteLibraryTests
{
    [Theory]
    [InlineData(3_035_005, "SQLite 3.35.5 may damage the journal")]
    [InlineData(3_051_002, "version 3.51.3 or later")]
    public void A_version_below_the_lowest_is_refused(int number, string expected)
    {
        var refusal = Assert.Throws<NotSupportedException>(() => SqliteLibrary.Require(number));
        Assert.Contains(expected, refusal.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(3_051_003)]
    [InlineData(3_053_003)]
    public void The_lowest_version_and_later_ones_are_accepted(int number) => SqliteLibrary.Require(number);

    [Fact]
    public void The_journal_accepts_the_library_that_the_program_brings()
    {
        SqliteLibrary.Require();
        Assert.True(System.Version.Parse(SqliteLibrary.Version) >= new Version(3, 51, 3));
    }
}
