using OrleansUploads.Gateway.Checking;

namespace OrleansUploads.Gateway.Tests.Checking;

/// <summary>A check continues only what it has begun itself.</summary>
public sealed class ResumeFileTests : TestWithFolder
{
    [Theory]
    [InlineData("""{"format":2,"folder":"/data","deep":false,"stage":"Bytes","after":7,"parts":3}""", "was written by another version")]
    [InlineData("""{"format":3,"subject":"/other","deep":false,"position":{"stage":"Bytes","after":"7","tally":{}}}""", "another check, of /other")]
    [InlineData("""{"format":3,"subject":"/data","deep":true,"position":{"stage":"Bytes","after":"7","tally":{}}}""", "another check, of /data")]
    [InlineData("""{"format":3,"subject":"/data","deep":false,"position":{"stage":"Last","after":"7","tally":{}}}""", "not a valid resume file")]
    [InlineData("""{"format":3,"subject":"/data","deep":false}""", "not a valid resume file")]
    [InlineData("null", "not a valid resume file")]
    public void A_file_of_another_check_is_refused(string content, string problem)
    {
        var path = Folder.File("position");
        File.WriteAllText(path, content);
        var file = new ResumeFile(path, "/data", deep: false);

        Assert.Contains(problem, Assert.Throws<InvalidDataException>(file.Read).Message, StringComparison.Ordinal);
    }
}
