var builder = DistributedApplication.CreateBuilder(args);
var database = builder.AddPostgres("postgres").WithDataVolume().AddDatabase("decisions");
var uploads = builder.AddOrleansUploadsCluster("uploads", database, silos: 3);
builder.AddContainer("aws", "amazon/aws-cli").WithArgs("s3", "mb", "s3://photos").WithAwsEnvironment(uploads).WaitFor(uploads);
builder.Build().Run();
