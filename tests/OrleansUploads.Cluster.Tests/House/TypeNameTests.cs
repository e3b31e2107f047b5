using Orleans.Configuration;

namespace OrleansUploads.Cluster.Tests.House;

public sealed class TypeNameTests
{
    /// <summary>A silo is configured with Orleans' options and ours in one file.</summary>
    [Fact]
    public void No_type_of_the_cluster_has_the_name_of_an_option_of_Orleans()
    {
        string[] theirs = [.. OptionsBeside(typeof(MessagingOptions)), .. OptionsBeside(typeof(SiloOptions))];

        Assert.Contains("ClusterOptions", theirs);
        Assert.Empty(typeof(EntityClusterOptions).Assembly.GetExportedTypes().Select(type => type.Name).Intersect(theirs));
    }

    private static IEnumerable<string> OptionsBeside(Type one) => one.Assembly.GetExportedTypes()
        .Where(type => type.Namespace == one.Namespace)
        .Select(type => type.Name);
}
