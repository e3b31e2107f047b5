using System.Reflection;
using OrleansUploads.Cluster.Abstractions.Uploads;
using OrleansUploads.Cluster.Journal;
using OrleansUploads.Cluster.Uploads;

namespace OrleansUploads.Cluster.Tests.Contract;

/// <summary>Checks the contract of the grains and the shapes of the rows in grain storage against contract.txt. Silos and clients of two
/// versions exchange messages while a cluster is updated, so an alias, a number or a type there never changes. Only the
/// names of members and enum values may change, because Orleans sends their numbers.</summary>
public sealed class ContractTests
{
    [Fact]
    public void The_contract_matches_contract_txt()
    {
        var committed = File.ReadAllLines(Path.Combine(AppContext.BaseDirectory, "Contract", "contract.txt"));
        Assert.Equal(committed.Order(StringComparer.Ordinal), Describe().Order(StringComparer.Ordinal));
    }

    [Fact]
    public void Every_contract_type_and_method_has_a_unique_alias()
    {
        var types = ContractTypes.ToList();
        Assert.All(types, type => Assert.NotNull(type.GetCustomAttribute<AliasAttribute>()));
        Assert.Equal(types.Count, types.Select(type => type.GetCustomAttribute<AliasAttribute>()!.Alias).Distinct().Count());
        Assert.All(
            types.Where(type => type.IsInterface).SelectMany(type => type.GetMethods(BindingFlags.Public | BindingFlags.Instance)),
            method => Assert.NotNull(method.GetCustomAttribute<AliasAttribute>()));
    }

    /// <summary>Without one, a call to a silo that has just failed waits for Orleans' 30 seconds.</summary>
    [Fact]
    public void Every_method_of_a_grain_has_a_response_timeout()
    {
        Assert.Equal(
            [
                "AbortAsync", "CompleteAsync", "GrantWritesAsync", "InitiateAsync", "ListPartsAsync", "ReadManifestAsync", "ReportPartAsync",
                "ReportPartsAsync", "ReportWrittenAsync", "SummarizeAsync",
            ],
            TimeoutsOf(typeof(IUploadGrain)).Where(method => method.Timeout == TimeSpan.FromSeconds(5)).Select(method => method.Name).Order());
        Assert.All(
            ContractTypes.Where(type => type.IsInterface).SelectMany(TimeoutsOf),
            method => Assert.True(method.Timeout <= TimeSpan.FromSeconds(15), $"{method.Name} has no response timeout of at most 15 seconds."));

        static IEnumerable<(string Name, TimeSpan? Timeout)> TimeoutsOf(Type grain) =>
            grain.GetMethods().Select(method => (method.Name, method.GetCustomAttribute<ResponseTimeoutAttribute>()?.Timeout));
    }

    private static IEnumerable<Type> ContractTypes => typeof(IUploadGrain).Assembly.GetExportedTypes()
        .Concat(typeof(JournalHead).Assembly.GetExportedTypes())
        .Append(typeof(ISharedUploadGrain))
        .Where(type => (type.IsInterface && type.IsAssignableTo(typeof(IGrainWithStringKey)))
            || type.GetCustomAttribute<GenerateSerializerAttribute>() is not null);

    private static IEnumerable<string> Describe() => ContractTypes.SelectMany(type =>
    {
        var alias = type.GetCustomAttribute<AliasAttribute>()?.Alias;
        return type.IsEnum ? [$"{alias}: {string.Join(", ", Enum.GetNames(type).Select(name => $"{name}={Enum.Format(type, Enum.Parse(type, name), "D")}"))}"]
            : type.IsInterface ? type.GetMethods(BindingFlags.Public | BindingFlags.Instance)
                .Select(method => $"{alias}.{method.GetCustomAttribute<AliasAttribute>()?.Alias}"
                    + $"({string.Join(", ", method.GetParameters().Select(parameter => NameOf(parameter.ParameterType)))}): {NameOf(method.ReturnType)}")
                .DefaultIfEmpty($"{alias}: {string.Join(", ", type.GetInterfaces().Where(known => ContractTypes.Contains(known)).Select(NameOf))}")
            : type.GetProperties()
                .Select(property => (Property: property, Id: property.GetCustomAttribute<IdAttribute>()?.Id))
                .Where(member => member.Id is not null)
                .OrderBy(member => member.Id)
                .Select(member => $"{alias}.{member.Id}: {member.Property.Name} {NameOf(member.Property.PropertyType)}");
    });

    /// <summary>The name of a type according to its alias, so that renaming the type in C# has no effect.</summary>
    private static string NameOf(Type type)
    {
        var name = type.GetCustomAttribute<AliasAttribute>()?.Alias.Split('.')[^1] ?? type.Name;
        return type.IsGenericType
            ? $"{name[..name.IndexOf('`', StringComparison.Ordinal)]}<{string.Join(", ", type.GetGenericArguments().Select(NameOf))}>"
            : name;
    }
}
